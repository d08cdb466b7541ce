/** What is printed: tables, styles, live progress. Readable without colour and in a pipe. */
@NullMarked
package io.sweaifleet.ingest.print;

import org.jspecify.annotations.NullMarked;
