#!/usr/bin/env bash
# Builds the .deb and the .tar.gz into target/packaging. On Debian: needs Rust, gcc, binutils, python3 and dpkg-dev.
#
#   packaging/linux/build.sh                     builds the program first
#   PROGRAM=PATH packaging/linux/build.sh        packs a program that is already built
#   packaging/linux/build.sh --cargo-deb         makes the .deb by cargo-deb, from the same list of files
set -euo pipefail
cd "$(dirname "$0")/../.."
out=target/packaging
rm -rf "$out"
mkdir -p "$out/man"

# For every processor of its kind, whatever flags this shell has.
if [ -z "${PROGRAM:-}" ]; then
  # Functions of equal code are kept once, where Rust links with lld.
  fold=()
  if [ "$(uname -m)" = x86_64 ]; then fold=(-C link-arg=-Wl,--icf=all); fi
  RUSTFLAGS="" cargo rustc --profile dist --locked --bin aigc-studio -- "${fold[@]}"
  PROGRAM="${CARGO_TARGET_DIR:-target}/dist/aigc-studio"
fi
# The symbols lie beside the packages: names.py finds the functions of a report with them.
objcopy --only-keep-debug "$PROGRAM" "$out/aigc-studio.symbols"
objcopy --strip-all "$PROGRAM" "$out/aigc-studio"
PROGRAM="$(realpath "$out/aigc-studio")"
export PROGRAM SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"

# What the program prints about itself, in English and without a person's settings.
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
told() { env -u LC_MESSAGES -u LANG LC_ALL=C AIGC_STUDIO_HOME="$home" "$PROGRAM" "$@"; }

echo "== completions"
told completions bash > "$out/aigc-studio.bash"
told completions zsh > "$out/_aigc-studio"
told completions fish > "$out/aigc-studio.fish"

echo "== manual pages"
# The page of a command, and those of the commands that it names.
page() {
  local name="aigc-studio" word
  for word in "$@"; do name="$name-$word"; done
  told man "$@" > "$out/man/$name.1"
  for word in $(sed 's/\\-/-/g' "$out/man/$name.1" | sed -n "s/^$name-\\(.*\\)(1)\$/\\1/p"); do page "$@" "$word"; done
}
page
gzip -9n "$out"/man/*.1
gzip -9nc CHANGELOG.md > "$out/changelog.gz"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
{
  printf 'aigc-studio (%s-1) unstable; urgency=medium\n\n  * The changes are in changelog.gz.\n\n' "$version"
  printf ' -- %s  %s\n' "$(sed -n 's/^maintainer = "\(.*\)"/\1/p' Cargo.toml)" "$(LC_ALL=C date -Ru -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n > "$out/changelog.Debian.gz"
touch -d "@$SOURCE_DATE_EPOCH" "$out"/man/* "$out"/aigc-studio.* "$out/_aigc-studio" "$out"/changelog*.gz

echo "== the packages"
arch="$(dpkg --print-architecture)"
python3 packaging/linux/tree.py stage "$out/tree"
if [ "${1:-}" = --cargo-deb ]; then
  cargo deb --version >/dev/null 2>&1 || cargo install cargo-deb --locked
  # It does not know $PROGRAM, and packs what lies in target/dist.
  cargo deb --no-build --profile dist --strip --output "$out/aigc-studio_${version}-1_$arch.deb"
else
  python3 packaging/linux/tree.py deb "$out/tree" "$out/aigc-studio_${version}-1_$arch.deb"
fi
python3 packaging/linux/tree.py tar "$out/tree" "$out/aigc-studio-$version-linux-$(uname -m).tar.gz"
ls -l "$out"/*.deb "$out"/*.tar.gz
