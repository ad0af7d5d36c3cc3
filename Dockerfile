# Two images: "node", the program on a system whose OpenSSL is 3.5 (the chiselled .NET images carry 3.0), and "lab", the same with the tools of docker-compose.yml.
# The runtime comes with the program, so the second base is a plain Debian.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# Set by BuildKit; other builders leave it empty.
ARG TARGETARCH
WORKDIR /source
COPY . .
RUN dotnet publish src/FeBeRelay.Cli -c Release -a "${TARGETARCH:-$(dpkg --print-architecture)}" --self-contained -p:PublishReadyToRun=true -p:DebugType=none -o /out

FROM docker.io/library/debian:trixie-slim AS system
# curl is for health checks over the management socket.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libssl3t64 libstdc++6 passwd \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1654 --home-dir /var/lib/feberelay --shell /usr/sbin/nologin feberelay \
 && install -d -m 700 -o feberelay -g feberelay /var/lib/feberelay

FROM system AS lab
# The folders' owner is also that of the empty volumes that are mounted there. tcpdump may capture without being root.
RUN apt-get update && apt-get install -y --no-install-recommends libcap2-bin nginx-light python3 socat tcpdump wrk \
 && rm -rf /var/lib/apt/lists/* \
 && setcap cap_net_raw+ep /usr/bin/tcpdump \
 && install -d -m 700 -o feberelay -g feberelay /authority /nodes /nodes/fe1 /nodes/fe2 /nodes/be1 /nodes/mailboxes
COPY --from=build /out /usr/local/lib/feberelay
RUN ln -s ../lib/feberelay/feberelay /usr/local/bin/feberelay
USER 1654

FROM system AS node
COPY --from=build /out /usr/local/lib/feberelay
RUN ln -s ../lib/feberelay/feberelay /usr/local/bin/feberelay
USER 1654
ENTRYPOINT ["/usr/local/bin/feberelay"]
