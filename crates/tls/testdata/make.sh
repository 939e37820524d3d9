#!/bin/sh
# Makes the certificates of the tests anew. They are valid for a hundred years: tests that are about time
# give their own.
set -eu
cd "$(dirname "$0")"
ca() { # NAME SUBJECT
    openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"
    openssl req -x509 -new -key "$1.key" -sha256 -days 36500 -subj "$2" -out "$1.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
signed() { # NAME SUBJECT KEY-COMMAND NAMES USAGE
    eval "$3" | openssl pkcs8 -topk8 -nocrypt -out "$1.key"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\n' "$5" > "$1.ext"
    [ -z "$4" ] || printf 'subjectAltName=%s\n' "$4" >> "$1.ext"
    openssl x509 -req -in "$1.csr" -CA root.crt -CAkey root.key -CAcreateserial -sha256 -days 36500 \
        -extfile "$1.ext" -out "$1.crt"
    cat "$1.crt" root.crt "$1.key" > "$1.pem"
    rm "$1.csr" "$1.ext" "$1.key" "$1.crt"
}
ec='openssl ecparam -name prime256v1 -genkey -noout'
ca root "/O=httpsys tests/CN=httpsys test root"
signed localhost "/O=httpsys tests/CN=localhost" "$ec" "DNS:localhost,IP:127.0.0.1,IP:::1" serverAuth
signed example "/O=httpsys tests/CN=example.test" "openssl genrsa 2048" "DNS:example.test,DNS:*.example.test" serverAuth
signed other "/O=httpsys tests/CN=other.test" "$ec" "DNS:other.test" serverAuth
signed client "/O=httpsys tests/CN=a client" "$ec" "" clientAuth
cp root.crt root.pem
rm -f root.key root.srl root.crt
