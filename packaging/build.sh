#!/bin/sh
# Builds quell as one static file and as a Debian package with manual pages and completions.
#
#     packaging/build.sh [FOLDER]          # what is built goes there; target/package without one
#
# Needs a Rust toolchain (1.95 or newer) with the musl target, a C compiler for musl (musl-gcc, of the package
# musl-tools), readelf (of binutils) and dpkg-deb. As root on Debian or Ubuntu it installs what is missing of the
# packages; rustup adds the target. Nothing else: neither cmake nor cargo-deb. CARGO_TARGET_DIR says where cargo builds, as always.
set -eu

out=${1:-}
case $out in
    "" | /*) ;;
    *) out=$PWD/$out ;;
esac
cd "$(dirname "$0")/.."
out=${out:-$PWD/target/package}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
case $(uname -m) in
    x86_64) rust=x86_64 debian=amd64 ;;
    aarch64) rust=aarch64 debian=arm64 ;;
    *) echo "$0: no package is made for $(uname -m)" >&2; exit 2 ;;
esac
target=$rust-unknown-linux-musl

# $1: the program; $2: the package that has it.
need() {
    command -v "$1" >/dev/null && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        apt-get update -q
        apt-get install -q -y --no-install-recommends "$2"
    else
        echo "$0: needs $1; on Debian and Ubuntu: apt-get install $2" >&2
        exit 2
    fi
}
need musl-gcc musl-tools
need dpkg-deb dpkg
need readelf binutils
if command -v rustup >/dev/null; then
    rustup target add "$target"
fi

cargo build --locked --profile dist --target "$target"
built=${CARGO_TARGET_DIR:-target}/$target/dist/quell

# A static program has no interpreter, which is the loader of shared libraries.
headers=$(readelf -l "$built")
case $headers in
    *INTERP*) echo "$0: $built is not static" >&2; exit 1 ;;
esac

mkdir -p "$out"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
share=$root/usr/share
umask 022
chmod 755 "$root"
install -D -m 755 "$built" "$root/usr/bin/quell"
mkdir -p "$share/man/man1" "$share/doc/quell" "$root/DEBIAN"
"$built" man --dir "$share/man/man1"
gzip -9 -n "$share"/man/man1/*.1
install -d "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
"$built" completions bash >"$share/bash-completion/completions/quell"
"$built" completions zsh >"$share/zsh/vendor-completions/_quell"
"$built" completions fish >"$share/fish/vendor_completions.d/quell.fish"
for page in README.md assets/guide.md; do
    if [ -e "$page" ]; then
        install -m 644 "$page" "$share/doc/quell/"
    fi
done
gzip -9 -n -c CHANGELOG.md >"$share/doc/quell/changelog.gz"
{
    printf 'quell may be used under the terms of the MIT licence or of the Apache License 2.0, at your choice.\n'
    for licence in LICENSE-MIT LICENSE-APACHE; do
        printf '\n%s\n\n' "----- $licence -----"
        cat "$licence"
    done
} >"$share/doc/quell/copyright"

cat >"$root/DEBIAN/control" <<CONTROL
Package: quell
Version: $version
Architecture: $debian
Maintainer: the authors of quell <noreply@invalid>
Installed-Size: $(du -k -s "$root/usr" | cut -f 1)
Section: admin
Priority: optional
Recommends: ca-certificates
Description: triage Microsoft Defender for Cloud security alerts from a terminal
 Lists, filters and searches the alerts of Microsoft Defender for Cloud at once from
 a local cache, changes the status of many of them in bulk, verified and with undo,
 and works over SSH and while the network is down. quell --demo needs no account.
CONTROL
(cd "$root" && find usr -type f -exec md5sum {} + >DEBIAN/md5sums)

install -m 755 "$built" "$out/quell-$version-$target"
dpkg-deb --root-owner-group --build "$root" "$out/quell_${version}_$debian.deb"
ls -l "$out"
