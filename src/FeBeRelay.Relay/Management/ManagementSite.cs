using Microsoft.AspNetCore.Builder;

namespace FeBeRelay.Relay.Management;

/// <summary>Builds the pages for people that the management endpoint serves: an application without a server of its own. Its host disposes it.</summary>
internal delegate WebApplication ManagementSite(ManagedNode node);
