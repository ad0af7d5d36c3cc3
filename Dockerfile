# The executable on the ASP.NET Core runtime. Written for the official .NET images; not yet built against a registry.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/FeBeRelay.Cli -c Release -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /out /usr/local/lib/feberelay
# The images' own unprivileged user. Node ports below 1024 are not needed.
USER $APP_UID
ENTRYPOINT ["/usr/local/lib/feberelay/feberelay"]
