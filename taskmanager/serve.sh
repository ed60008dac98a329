#!/bin/sh
# The image's entry point: the server and the job worker. Where one of them ends, the other is ended too, so that
# whoever runs the container starts both anew.
set -eu
python manage.py migrate --noinput
python manage.py run_worker &
worker=$!
gunicorn -c taskmanager/gunicorn.conf.py --bind "0.0.0.0:${PORT:-8000}" taskmanager.wsgi &
server=$!
status=1 # one of them has ended by itself
trap 'status=0; kill -TERM "$server" "$worker" 2>/dev/null || true' TERM INT
while kill -0 "$server" 2>/dev/null && kill -0 "$worker" 2>/dev/null; do
  sleep 1 &
  wait $! || true
done
kill -TERM "$server" "$worker" 2>/dev/null || true
wait "$server" "$worker" || true
exit "$status"
