#!/usr/bin/env bash
# Puts a distribution of the fleet into TARGET/fleet, from what Maven has just packaged:
#
#   assemble.sh PROJECT TARGET
#
# Each folder of jars is kept under TARGET/store by what is in it, and made of hard links into the local repository where
# that is possible, so this takes a second and little space. Each run makes a new folder of links and then turns the link
# TARGET/fleet to it: a node that runs on the former one keeps its jars. The former one is removed by the run after the
# next.
#
# The servers are started once for each new set of jars, to archive their parsed classes (class data sharing): that
# halves the work of every later start. Set FLEET_NO_CLASS_ARCHIVES to leave that out.
set -euo pipefail

project=$(cd "$1" && pwd)
target=$(cd "$2" && pwd)
store=$target/store
name="build-$(date +%s)-$$"
new="$target/$name"
trap 'rm -rf "$new" "$store"/*.unfinished' ERR
mkdir -p "$new/lib" "$new/connect-plugins" "$store"

link() { ln -f "$1" "$2" 2>/dev/null || cp "$1" "$2"; }

# The runtime class path of a module, its own jar first.
class_path() {
  local file="$project/$1/target/class-path" jar
  [ -f "$file" ] || { echo "$file is missing: build the whole project once" >&2; return 1; }
  for jar in "$project/$1"/target/fleet-*.jar; do
    case "$jar" in *-tests.jar | *-sources.jar | *-javadoc.jar) ;; *) printf '%s\n' "$jar" ;; esac
  done
  tr ':' '\n' <"$file" | awk NF
}

ours() { case "$1" in */io/sweaifleet/* | "$project"/*/fleet-*.jar) true ;; *) false ;; esac }

# keep LABEL: reads the paths of jars, puts them into a folder named by its content, and prints that folder.
keep() {
  local label=$1 jars key folder jar
  jars=$(LC_ALL=C sort -u | awk -F/ '!seen[$NF]++')
  # A released jar never changes under its name; ours do.
  key=$(while IFS= read -r jar; do
    if ours "$jar"; then cksum <"$jar"; fi
    printf '%s\n' "${jar##*/}"
  done <<<"$jars" | cksum | tr -d ' ')
  folder="$store/$label-$key"
  if [ ! -d "$folder" ]; then
    rm -rf "$folder.unfinished"
    mkdir "$folder.unfinished"
    while IFS= read -r jar; do
      # Maven rewrites ours in place at the next build.
      if ours "$jar"; then cp "$jar" "$folder.unfinished/"; else link "$jar" "$folder.unfinished/"; fi
    done <<<"$jars"
    mv "$folder.unfinished" "$folder"
  fi
  printf '%s\n' "$folder"
}

# jars FOLDER MODULE…: the class paths of the modules as one folder of the distribution.
jars() {
  local folder=$1 module
  shift
  ln -s "$(for module in "$@"; do class_path "$module"; done | keep "${folder##*/}")" "$new/$folder"
}

logging() { find "$new/lib/kafka/" -name 'log4j-*.jar'; }

jars lib/kafka deploy/kafka-server
jars lib/neo4j deploy/neo4j-server
jars lib/cli deploy/single-node deploy/bench deploy/chaos deploy/eval
jars lib/rewrite agent-workers/rewrite
jars connect-plugins/fleet-neo4j-sink connectors/neo4j-sink connectors/avro-converter
# Libraries name no backend for their log; a process needs one.
ln -s "$({ class_path topology; logging; } | keep topology)" "$new/lib/topology"
ln -s "$({ class_path agent-workers/worker; logging; } | keep worker)" "$new/lib/worker"
cp "$project"/deploy/part-agent/target/fleet-part-agent-*.jar "$new/part-agent.jar"
cp "$project"/connectors/neo4j-sink.json "$new/"
cp "$project"/deploy/distribution/src/main/config/*.properties "$new/"
cp "$project"/deploy/distribution/src/main/sh/part-wrapper.sh "$new/"

registry=$store/registry-$(cksum <"$target/registry.tar.gz" | tr -d ' ')
if [ ! -d "$registry" ]; then
  rm -rf "$registry.unfinished"
  mkdir "$registry.unfinished"
  tar -xzf "$target/registry.tar.gz" -C "$registry.unfinished"
  mv "$registry.unfinished" "$registry"
fi
ln -s "$registry" "$new/registry"

# archive FOLDER SIGN COMMAND…: runs the command, with an option to archive its classes, until it prints SIGN.
archive() {
  local folder=$1 sign=$2 scratch process waited=0
  shift 2
  [ -z "${FLEET_NO_CLASS_ARCHIVES:-}" ] && [ ! -e "$folder.jsa" ] || return 0
  scratch=$(mktemp -d "$target/archive-XXXXXX")
  # Only a faster start is lost when this does not work, so nothing here fails the build.
  (cd "$scratch" && exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable \
    "-XX:ArchiveClassesAtExit=$folder.jsa.unfinished" "$@") </dev/null >"$scratch/log" 2>&1 &
  process=$!
  while kill -0 "$process" 2>/dev/null && [ "$waited" -lt 600 ] && ! grep -q "$sign" "$scratch/log"; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill "$process" 2>/dev/null || true
  wait "$process" || true
  if [ -s "$folder.jsa.unfinished" ]; then mv -f "$folder.jsa.unfinished" "$folder.jsa"; fi
  rm -rf "$scratch"
}

real() { (cd "$1" && pwd -P); }
port() { echo $((20000 + (RANDOM % 12000))); }

kafka=$(real "$new/lib/kafka")
neo4j=$(real "$new/lib/neo4j")
log="-Dlog4j2.configurationFile=$new/log4j2.properties"
archive "$kafka" FLEET-READY "$log" -cp "$kafka/*" io.sweaifleet.deploy.kafka.KafkaServerMain \
  --dir kafka --port "$(port)" --controller-port "$(port)" &
(
  secret=$(mktemp)
  echo archive-only >"$secret"
  archive "$neo4j" FLEET-READY "$log" -cp "$neo4j/*" io.sweaifleet.deploy.neo4j.Neo4jServerMain neo4j "$(port)" "$secret"
  rm -f "$secret"
) &
archive "$registry" 'Profile prod activated\|Listening on' -Dquarkus.http.host=127.0.0.1 "-Dquarkus.http.port=$(port)" \
  -Dapicurio.storage.kind=sql -Dapicurio.storage.sql.kind=h2 '-Dapicurio.datasource.url=jdbc:h2:file:./registry' \
  -jar "$registry"/apicurio-registry-app-*-runner.jar &
wait

former=$(readlink "$target/fleet" || true)
ln -sfn "$name" "$target/fleet"
find "$target" -maxdepth 1 -type d -name 'build-*' ! -name "$name" ! -name "${former:-none}" -exec rm -rf {} +
# What no distribution refers to any more.
used=$(find "$target"/build-*/ -type l -exec readlink {} +)
for folder in "$store"/*/; do
  folder=${folder%/}
  grep -qxF "$folder" <<<"$used" || rm -rf "$folder" "$folder.jsa"
done
