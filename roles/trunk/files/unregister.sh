# unregister.sh NAME...: have registrations of chan_pjsip unregister, here with $0 before each name. The digest takes a second
# round, so their accounts are needed until the providers have answered. Who has not after 10 s is told of.
for name; do
  asterisk -rx "$0 $name" > /dev/null || exit
done
# All in one look: there may be hundreds.
for _ in $(seq 20); do
  sleep 0.5
  registered=$(asterisk -rx 'pjsip show registrations' | grep ' Registered')
  for name; do
    shift
    case $registered in
      *" $name/"*) set -- "$@" "$name" ;;
    esac
  done
  [ $# -gt 0 ] || exit 0
done
for name; do
  echo "trunk $name: its provider has not answered, and keeps its contact until it expires"
done
