#!/bin/sh
# certs.sh NODE...: makes, once, an authority in /nodes/ca and for each node a folder with its certificate, key and trusted root.
set -e
feberelay="dotnet /usr/local/lib/feberelay/feberelay.dll"
ca=/nodes/ca
[ -e "$ca/ca.pem" ] || { mkdir -p "$ca"; $feberelay certs init --directory "$ca"; }
for node in "$@"; do
  [ -e "/nodes/$node/$node.pem" ] && continue
  $feberelay certs issue "$node.lab.test" --directory "$ca"
  mkdir -p "/nodes/$node"
  mv "$ca/$node.lab.test.pem" "/nodes/$node/$node.pem"
  mv "$ca/$node.lab.test.key" "/nodes/$node/$node.key"
  cp "$ca/ca.pem" "/nodes/$node/ca.pem"
  # Made here, or whoever mounts the configuration would make it, as root.
  touch "/nodes/$node/$node.json"
  chown -R "${APP_UID:-1654}" "/nodes/$node"
done
