#!/bin/sh
# Makes the certificates of this folder anew; needs OpenSSL 3. The keys of the authorities are thrown away at the end.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

# authority NAME SUBJECT: an authority, valid for 100 years.
authority() {
  new_key "$work/$1.key"
  openssl req -x509 -new -key "$work/$1.key" -subj "/CN=$2" -days 36500 -out "$work/$1.pem" \
    -addext "basicConstraints=critical,CA:true" -addext "keyUsage=critical,keyCertSign,cRLSign"
}

# leaf NAME AUTHORITY ALTERNATIVE-NAMES USAGE NOT-BEFORE NOT-AFTER [AUTHORITY-INFO]
leaf() {
  new_key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$work/$1.csr"
  printf '%s\n' "basicConstraints=CA:false" "subjectAltName=$3" "extendedKeyUsage=$4" ${7:+"authorityInfoAccess=$7"} \
    > "$work/$1.ext"
  rm -rf "$work/issued" && mkdir "$work/issued" && : > "$work/issued/index.txt"
  cat > "$work/issued/ca.cnf" <<END
[ca]
default_ca = one
[one]
database = $work/issued/index.txt
new_certs_dir = $work/issued
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
END
  openssl ca -batch -notext -config "$work/issued/ca.cnf" -cert "$work/$2.pem" -keyfile "$work/$2.key" \
    -in "$work/$1.csr" -extfile "$work/$1.ext" -startdate "$5" -enddate "$6" -out "$1.pem" 2>/dev/null
}

here="DNS:localhost,IP:127.0.0.1,IP:::1"
authority ca "chatx test authority"
authority unknown-ca "an authority that nobody trusts"
leaf server ca "$here" serverAuth 20240101000000Z 21231231235959Z
leaf expired ca "$here" serverAuth 20200101000000Z 20210101000000Z
leaf not-yet-valid ca "$here" serverAuth 21200101000000Z 21231231235959Z
leaf wrong-name ca "DNS:other.example.com" serverAuth 20240101000000Z 21231231235959Z
leaf unknown-root unknown-ca "$here" serverAuth 20240101000000Z 21231231235959Z
leaf client ca "DNS:client.example.com" clientAuth 20240101000000Z 21231231235959Z
authority middle-ca "an authority in between"
leaf incomplete-chain middle-ca "$here" serverAuth 20240101000000Z 21231231235959Z \
  "caIssuers;URI:http://ca.example.com/middle.crt"
cp "$work/ca.pem" ca.pem
new_key self-signed.key
openssl req -x509 -new -key self-signed.key -subj "/CN=self-signed" -days 36500 -addext "subjectAltName=$here" \
  -out self-signed.pem
