#!/usr/bin/env bash
# build.sh [VERSION [RID]]: makes feberelay_VERSION_ARCH.deb in the current folder, from a build that needs no .NET on the host. Needs the .NET SDK and dpkg-deb.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../../.." && pwd)
version=${1:-0.1.0} rid=${2:-linux-x64}
case $rid in linux-x64) arch=amd64 ;; linux-arm64) arch=arm64 ;; *) echo "build.sh: no Debian architecture for $rid" >&2; exit 2 ;; esac
tree=$(mktemp -d); trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

dotnet publish "$root/src/FeBeRelay.Cli" -c Release -r "$rid" --self-contained -p:PublishReadyToRun=true -p:DebugType=none -o "$tree/usr/lib/feberelay" -v q --nologo
rm -f "$tree"/usr/lib/feberelay/*.xml "$tree"/usr/lib/feberelay/web.config
install -d "$tree/usr/bin" "$tree/lib/systemd/system" "$tree/DEBIAN" "$tree/usr/share/doc/feberelay"
install -d -m 750 "$tree/etc/feberelay"
ln -s ../lib/feberelay/feberelay "$tree/usr/bin/feberelay"
install -m 644 "$root"/src/packaging/systemd/* "$tree/lib/systemd/system/"
install -m 644 "$root/docs/operations.md" "$root/docs/configuration.md" "$tree/usr/share/doc/feberelay/"
install -m 755 "$here/postinst" "$here/prerm" "$tree/DEBIAN/"
cat > "$tree/DEBIAN/control" <<CONTROL
Package: feberelay
Version: $version
Architecture: $arch
Maintainer: FeBeRelay
Depends: libc6, libstdc++6, libssl3 | libssl3t64, adduser
Suggests: nftables, libgssapi-krb5-2
Section: net
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Description: protected channels between front-end and back-end servers
 A relay beside the front end takes its plain traffic, a listener beside the back end hands it over; between them a mutually
 authenticated AES-GCM channel, with IPsec's policies. Neither application is changed.
CONTROL
dpkg-deb --root-owner-group -Zgzip --build "$tree" "feberelay_${version}_$arch.deb"
