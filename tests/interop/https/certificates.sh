#!/usr/bin/env bash
# Makes what the https tests need in the folder that is given: root.pem, localhost.pem (certificate, root, key),
# client.pem (certificate, key), stranger.pem (the same, of a root that nobody knows). Valid for 90 days, as
# browsers and testssl.sh want it.
set -euo pipefail
cd "$1"
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"; }
root() { # NAME
  key "$1"
  openssl req -x509 -new -key "$1.key" -sha256 -days 90 -subj "/O=httpsys tests/CN=$1" -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
signed() { # NAME SUBJECT ROOT, extensions on standard input
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -sha256 -days 90 -extfile /dev/stdin \
    -out "$1.crt" 2> /dev/null
}
root root
root unknown
# Nobody asks for the list; that there is none is a finding.
signed localhost /CN=localhost root << 'END'
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
crlDistributionPoints=URI:http://localhost/none.crl
END
for who in client:root stranger:unknown; do
  signed "${who%:*}" "/CN=${who%:*}" "${who#*:}" << 'END'
basicConstraints=CA:FALSE
extendedKeyUsage=clientAuth
END
  cat "${who%:*}.crt" "${who%:*}.key" > "${who%:*}.pem"
done
cat localhost.crt root.pem localhost.key > localhost.pem
