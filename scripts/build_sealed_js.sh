#!/bin/sh
# Builds static/vendor/hpke.js, what sealed reports need and browsers lack, from the packages that
# scripts/sealed_js/package-lock.json names by version and hash (after `npm install`, take its
# `funding` entries out: a lock file has no address). The same lock gives the same bytes:
# tests/sealed/test_vendor.py compares the file with the hash that is written beside it.
set -eu
cd "$(dirname "$0")/sealed_js"
out=../../src/govinteract/web/static/vendor

npm ci --ignore-scripts --no-audit --no-fund
node_modules/.bin/esbuild vendor.js --bundle --minify --format=esm --target=es2022 \
    --charset=utf8 --legal-comments=none --banner:js="/* HPKE, X-Wing, X25519, Argon2id: see hpke-LICENSE.txt */" \
    --outfile="$out/hpke.js"

{
    echo "vendor/hpke.js holds the packages below, bundled by scripts/build_sealed_js.sh."
    for name in @hpke/common @hpke/core @hpke/dhkem-x25519 @hpke/hybridkem-x-wing mlkem @noble/hashes; do
        version=$(node -p "require('./node_modules/$name/package.json').version")
        printf '\n==== %s %s ====\n\n' "$name" "$version"
        tr -d '\r' < "node_modules/$name/LICENSE"
    done
} > "$out/hpke-LICENSE.txt"
(cd "$out" && sha256sum hpke.js > hpke.js.sha256)
