/** The audit as people read it: whose signatures are trusted, and what an agent did, told as a story. */
@NullMarked
package io.sweaifleet.ingest.audit;

import org.jspecify.annotations.NullMarked;
