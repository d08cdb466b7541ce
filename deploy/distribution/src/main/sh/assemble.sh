#!/usr/bin/env bash
# Puts a distribution of the fleet into TARGET/fleet, from what Maven has just packaged:
#
#   assemble.sh PROJECT TARGET
#
# Third-party jars are hard links into the local repository where that is possible, so this takes a second and little
# space. Each run makes a new folder and then turns the link TARGET/fleet to it: a node that runs on the former one keeps
# its jars. The former one is removed by the run after the next.
set -euo pipefail

project=$(cd "$1" && pwd)
target=$(cd "$2" && pwd)
name="build-$(date +%s)-$$"
new="$target/$name"
trap 'rm -rf "$new"' ERR

link() { ln -f "$1" "$2" 2>/dev/null || cp "$1" "$2"; }

# jars FOLDER MODULE…: the runtime class paths of the modules, and the modules' own jars.
jars() {
  local folder="$new/$1" module jar
  shift
  mkdir -p "$folder"
  for module in "$@"; do
    local class_path="$project/$module/target/class-path"
    [ -f "$class_path" ] || { echo "$class_path is missing: build the whole project once" >&2; return 1; }
    while IFS= read -r jar; do
      [ -n "$jar" ] || continue
      case "$jar" in
        # Maven rewrites these in place at the next build.
        "$project"/* | */io/sweaifleet/*) cp "$jar" "$folder/" ;;
        *) link "$jar" "$folder/" ;;
      esac
    done < <(tr ':' '\n' < "$class_path")
    for jar in "$project/$module"/target/fleet-*.jar; do
      case "$jar" in *-tests.jar | *-sources.jar | *-javadoc.jar) ;; *) cp "$jar" "$folder/" ;; esac
    done
  done
}

mkdir -p "$new"
jars lib/cli deploy/single-node deploy/bench
jars lib/topology topology
jars lib/worker agent-workers/worker
jars lib/rewrite agent-workers/rewrite
jars lib/kafka deploy/kafka-server
jars lib/neo4j deploy/neo4j-server
jars connect-plugins/fleet-neo4j-sink connectors/neo4j-sink connectors/avro-converter
cp "$project"/deploy/part-agent/target/fleet-part-agent-*.jar "$new/part-agent.jar"
cp "$project"/connectors/neo4j-sink.json "$new/"
cp "$project"/deploy/distribution/src/main/config/*.properties "$new/"
cp "$project"/deploy/distribution/src/main/sh/part-wrapper.sh "$new/"

# The archive is unpacked once; its age tells whether it is a new one.
unpacked="$target/registry-unpacked"
if [ "$target/registry.tar.gz" -nt "$unpacked/.complete" ]; then
  rm -rf "$unpacked"
  mkdir -p "$unpacked"
  tar -xzf "$target/registry.tar.gz" -C "$unpacked"
  touch "$unpacked/.complete"
fi
cp -Rl "$unpacked" "$new/registry" 2>/dev/null || { rm -rf "$new/registry"; cp -R "$unpacked" "$new/registry"; }

# A library for the log of a process that brings none itself.
for folder in topology worker; do
  for jar in "$new"/lib/kafka/log4j-*.jar; do link "$jar" "$new/lib/$folder/"; done
done

former=$(readlink "$target/fleet" || true)
ln -sfn "$name" "$target/fleet"
find "$target" -maxdepth 1 -type d -name 'build-*' ! -name "$name" ! -name "${former:-none}" -exec rm -rf {} +
