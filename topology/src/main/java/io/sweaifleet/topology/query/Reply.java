package io.sweaifleet.topology.query;

/**
 * What goes back to who asked.
 *
 * @param status status of HTTP
 * @param body JSON
 */
record Reply(int status, byte[] body) {}
