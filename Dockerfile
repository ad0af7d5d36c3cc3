# The executable on the ASP.NET Core runtime, for whoever runs it as the images' own unprivileged user.
#
# The base is the Alpine variant because its OpenSSL is 3.5: AES-GCM is faster there and ML-KEM is to be had. The chiselled and the Ubuntu
# variants carry OpenSSL 3.0. Other bases work as well: --build-arg RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME=mcr.microsoft.com/dotnet/aspnet:10.0-alpine

FROM ${SDK} AS build
WORKDIR /source
COPY . .
# Without an executable of its own, which would be bound to one C library.
RUN dotnet publish src/FeBeRelay.Cli -c Release -p:UseAppHost=false -o /out

FROM ${RUNTIME}
COPY --from=build /out /usr/local/lib/feberelay
# Node ports below 1024 are not needed. Its files are read only; what a node writes (security log, sockets, pins) goes beside its configuration.
USER $APP_UID
ENTRYPOINT ["dotnet", "/usr/local/lib/feberelay/feberelay.dll"]
