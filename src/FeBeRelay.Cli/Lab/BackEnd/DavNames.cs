using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The XML names both the sample back end and its checks speak.</summary>
internal static class DavNames
{
    public static readonly XNamespace Dav = "DAV:";
    public static readonly XNamespace Mail = "urn:schemas:httpmail:";
    public static readonly XNamespace Lab = "urn:feberelay:lab";

    public static readonly XName Propfind = Dav + "propfind";
    public static readonly XName Allprop = Dav + "allprop";
    public static readonly XName Prop = Dav + "prop";
    public static readonly XName Set = Dav + "set";
    public static readonly XName Propertyupdate = Dav + "propertyupdate";
    public static readonly XName Searchrequest = Dav + "searchrequest";
    public static readonly XName Sql = Dav + "sql";
    public static readonly XName Multistatus = Dav + "multistatus";
    public static readonly XName Response = Dav + "response";
    public static readonly XName Propstat = Dav + "propstat";
    public static readonly XName Status = Dav + "status";
    public static readonly XName Href = Dav + "href";
    public static readonly XName Displayname = Dav + "displayname";
    public static readonly XName Resourcetype = Dav + "resourcetype";
    public static readonly XName Collection = Dav + "collection";

    public static readonly XName Subject = Mail + "subject";
    public static readonly XName From = Mail + "fromname";
    public static readonly XName Received = Mail + "datereceived";
    public static readonly XName HasAttachment = Mail + "hasattachment";
}
