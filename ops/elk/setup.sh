#!/bin/sh
# Tells Elasticsearch how VoxelHeim's logs are kept, and Kibana where they are. May be run again at any time, and is
# before the first line comes: compose runs it as a job, clusters before Logstash starts.
#   ELASTICSEARCH_URL ELASTICSEARCH_PASSWORD [ELASTICSEARCH_USER] [KIBANA_URL KIBANA_PASSWORD] ops/elk/setup.sh
set -eu

FOLDER="$(cd "$(dirname "$0")" && pwd)/elasticsearch"
: "${ELASTICSEARCH_URL:?where is Elasticsearch?}" "${ELASTICSEARCH_PASSWORD:?}" "${ELASTICSEARCH_USER:=elastic}"

main() {
  put "_ilm/policy/voxelheim-logs" ilm.json
  put "_component_template/voxelheim-settings" settings.json
  put "_component_template/voxelheim-mappings" mappings.json
  put "_index_template/voxelheim-logs" template.json
  # Kibana has a user of its own, whose password nothing else may say.
  if [ -n "${KIBANA_PASSWORD:-}" ]; then
    ask POST "$ELASTICSEARCH_URL/_security/user/kibana_system/_password" --data "{\"password\":\"$KIBANA_PASSWORD\"}"
  fi
  echo "logs are kept as ops/elk/elasticsearch says"
}

put() { ask PUT "$ELASTICSEARCH_URL/$1" --data-binary "@$FOLDER/$2"; }

# The password goes by standard input, not among arguments that every process sees.
ask() {
  method="$1" url="$2"
  shift 2
  printf 'user = "%s:%s"\n' "$ELASTICSEARCH_USER" "$ELASTICSEARCH_PASSWORD" |
    curl --silent --show-error --fail-with-body --config - --request "$method" "$url" \
      --header 'content-type: application/json' --output /dev/null "$@"
}

main
