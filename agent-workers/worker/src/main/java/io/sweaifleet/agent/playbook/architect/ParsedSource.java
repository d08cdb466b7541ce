package io.sweaifleet.agent.playbook.architect;

/** What the imports of one file say, before they are resolved to files. */
sealed interface ParsedSource permits JavaSource, PythonSource, ScriptSource, GoSource {}
