using FeBeRelay.Load;
using FeBeRelay.Load.Yarp;

// The same program is also the YARP host that it measures against.
return args is ["yarp", ..] ? await YarpHost.RunAsync(args[1..]) : await CommandLine.RunAsync(args);
