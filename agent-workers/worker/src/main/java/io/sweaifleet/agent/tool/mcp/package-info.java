/** Tools of MCP servers that the operator configured. */
@NullMarked
package io.sweaifleet.agent.tool.mcp;

import org.jspecify.annotations.NullMarked;
