#!/usr/bin/env bash
# Installs the .deb into a bare Debian, draws, writes, opens the window on a virtual display, removes it again, and says
# what is left. Needs root, a Debian mirror, and (Debian) debootstrap, xvfb, x11-utils, python3. Not a part of the tests:
# run it by hand. It downloads about 200 MB and needs 2 GB below the folder.
#
#   packaging/linux/try.sh PACKAGE.deb [FOLDER]     FOLDER is made and removed; a temporary one when absent
#   KEEP=1        leaves the folder, with the Debian in it
#   BASE=FOLDER   a bare Debian that debootstrap made before: it is copied
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "this needs root: it makes a Debian and changes into it" >&2; exit 1; }
deb="$(realpath "${1:?the package to try}")"
folder="${2:-$(mktemp -d)}"
suite="${SUITE:-bookworm}"
root="$folder/debian"
mkdir -p "$root" "$folder/screen"

began=$SECONDS
step() { printf '== %4d s  %s\n' $((SECONDS - began)) "$1"; }
failed() { echo "FAILED: $1" >&2; exit 1; }
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
person() { chroot --userspec=person:person "$root" env -i PATH=/usr/bin:/bin HOME=/home/person LC_ALL=C.UTF-8 "$@"; }

screen= window=
clean() {
  set +e
  [ -n "$window" ] && kill "$window" 2>/dev/null
  [ -n "$screen" ] && kill "$screen" 2>/dev/null
  wait
  for place in tmp/.X11-unix dev/shm dev proc; do mountpoint -q "$root/$place" && umount "$root/$place"; done
  mountpoint -q "$root/proc" && { echo "$root/proc is still mounted; nothing is removed" >&2; return; }
  [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$folder"
}
trap clean EXIT

step "a bare Debian $suite"
if [ -n "${BASE:-}" ]; then
  cp -a "$BASE/." "$root"
else
  # The mirror of this machine.
  mirror="${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" 'Component: main' | head -n 1)}"
  [ -n "$mirror" ] || failed "apt knows no mirror for $suite; set MIRROR"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" > "$folder/debootstrap.log" 2>&1 || {
    tail -n 5 "$folder/debootstrap.log" >&2
    failed "debootstrap"
  }
fi
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
in_root useradd --create-home person
in_root apt-get update -qq

# Every path but those in which apt, dpkg and the system keep their own books, and but what a person owns.
paths() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./home -o -path ./root -o -path ./var/log \
    -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./run \) -prune -o -print | LC_ALL=C sort)
}
paths > "$folder/before"
dpkg --root="$root" -l | awk '/^ii/ { print $2 }' > "$folder/packages-before"

step "installed, with what it recommends"
cp "$deb" "$root/tmp/aigc-studio.deb"
in_root apt-get install -y -qq /tmp/aigc-studio.deb > "$folder/install.log" 2>&1 || { tail -n 5 "$folder/install.log" >&2; failed "the installation"; }
dpkg --root="$root" -L aigc-studio | while read -r file; do [ -e "$root$file" ] || failed "$file is not installed"; done
echo "   $(person aigc-studio --version)"
# A page and completions for what the help lists.
for command in $(person aigc-studio --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  [ -e "$root/usr/share/man/man1/aigc-studio-$command.1.gz" ] || failed "$command has no manual page"
  grep -q "$command" "$root/usr/share/bash-completion/completions/aigc-studio" || failed "$command is not completed"
done

step "a picture"
person aigc-studio image "a red apple" --seed 1 --out /tmp/a.png
size="$(python3 -c 'import struct, sys; print("%dx%d" % struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' "$root/tmp/a.png")"
[ "$size" = 512x512 ] || failed "the picture has $size pixels"

step "a text, from the program that needs no fetched model"
answer="$(person aigc-studio text --model eliza "I am unhappy.")"
echo "   $answer"
[ -n "$answer" ] || failed "no answer"

step "the window"
mkdir -p "$root/tmp/.X11-unix"
exec 3> "$folder/display"
Xvfb -displayfd 3 -screen 0 1280x800x24 -fbdir "$folder/screen" -nolisten tcp -ac > "$folder/xvfb.log" 2>&1 &
screen=$!
for _ in $(seq 50); do [ -s "$folder/display" ] && break; sleep 0.1; done
exec 3>&-
DISPLAY=":$(cat "$folder/display")"
export DISPLAY
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
opened=$(date +%s%N)
person DISPLAY="$DISPLAY" aigc-studio > "$folder/window.log" 2>&1 &
window=$!
for _ in $(seq 300); do
  xwininfo -root -tree 2>/dev/null | grep '"AIGC Studio"' > "$folder/found" && break
  kill -0 "$window" 2>/dev/null || { cat "$folder/window.log" >&2; failed "the program ended"; }
  sleep 0.1
done
[ -s "$folder/found" ] || failed "no window within 30 s"
echo "   after $((($(date +%s%N) - opened) / 1000000)) ms: $(sed 's/^ *//' "$folder/found" | head -n 1)"
grep -q '"aigc-studio"' "$folder/found" || failed "the window's class is not the desktop entry's StartupWMClass"
sleep 10
kill -0 "$window" 2>/dev/null || { cat "$folder/window.log" >&2; failed "the window closed by itself"; }
colours="$(python3 - "$folder/screen/Xvfb_screen0" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
head, = struct.unpack(">I", data[:4])
colours, = struct.unpack(">I", data[76:80])
print(len(set(memoryview(data)[head + colours * 12:][: 1280 * 800 * 4].cast("I"))))
PY
)"
echo "   $colours colours on the screen"
[ "$colours" -gt 50 ] || failed "the window is empty"
[ -n "${KEEP:-}" ] && cp "$folder/screen/Xvfb_screen0" "$folder/screen.xwd"
kill "$window"
wait "$window" || true
window=
kill "$screen"
wait "$screen" || true
screen=
umount "$root/tmp/.X11-unix"

step "removed"
dpkg --root="$root" -L aigc-studio > "$folder/own"
in_root apt-get purge -y -qq aigc-studio > "$folder/purge.log" 2>&1
while read -r file; do
  [ -d "$root$file" ] || [ ! -e "$root$file" ] || failed "$file is still there"
done < "$folder/own"
find "$root" -xdev -name '*aigc*' -not -path "$root/home/*" -not -path "$root/tmp/*" -not -path "$root/var/log/*" > "$folder/named"
[ ! -s "$folder/named" ] || { cat "$folder/named" >&2; failed "files with its name are left"; }
# Without these two, apt keeps what any other package recommends or suggests (here: ca-certificates, by apt itself).
in_root apt-get autoremove -y -qq --purge -o APT::AutoRemove::RecommendsImportant=false \
  -o APT::AutoRemove::SuggestsImportant=false > "$folder/autoremove.log" 2>&1
dpkg --root="$root" -l | awk '/^ii/ { print $2 }' | diff "$folder/packages-before" - || failed "packages are left"
paths > "$folder/after"
if LC_ALL=C comm -13 "$folder/before" "$folder/after" > "$folder/left"; [ -s "$folder/left" ]; then
  echo "   left by the packages that it depends on, none of it ours:"
  sed 's/^\./     /' "$folder/left"
fi
LC_ALL=C comm -23 "$folder/before" "$folder/after" > "$folder/lost"
[ ! -s "$folder/lost" ] || { cat "$folder/lost" >&2; failed "files of the system are gone"; }
echo "   the person's own files:"
(cd "$root/home/person" && find . -type f -not -path './.cache/*' -not -name '.bash*' -not -name .profile | sed 's/^/     /')
step "done"
