/** What a run found, as Markdown and as one HTML page that needs nothing else. */
@NullMarked
package io.sweaifleet.ingest.report;

import org.jspecify.annotations.NullMarked;
