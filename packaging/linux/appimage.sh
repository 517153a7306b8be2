#!/usr/bin/env bash
# Packs the tree that build.sh laid out as an AppImage, into target/packaging. Needs appimagetool on the PATH, which no
# Debian package brings: https://appimage.org has it. NOT RUN by its authors as far as appimagetool itself; the folder
# before it was made and its AppRun was started.
#
# No library is put inside: the program links to the C library alone and opens X11, Wayland and the drivers as it runs,
# and those must be the machine's own. It runs where the C library is at least as new as on the machine that built it.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=target/packaging/tree
app=target/packaging/AppDir
[ -x "$tree/usr/bin/aigc-studio" ] || { echo "run packaging/linux/build.sh first" >&2; exit 1; }
rm -rf "$app"
cp -a "$tree" "$app"
ln -s usr/share/applications/aigc-studio.desktop "$app/aigc-studio.desktop"
ln -s usr/share/icons/hicolor/256x256/apps/aigc-studio.png "$app/aigc-studio.png"
ln -s aigc-studio.png "$app/.DirIcon"
ln -s usr/bin/aigc-studio "$app/AppRun"
if ! command -v appimagetool >/dev/null; then
  echo "$app is ready; appimagetool is missing, so that no AppImage is made of it" >&2
  exit 1
fi
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
ARCH="$(uname -m)" appimagetool "$app" "target/packaging/aigc-studio-$version-$(uname -m).AppImage"
