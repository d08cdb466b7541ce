/** Measures the whole path: no-op tasks end to end, beside a raw chain of produce and consume in the same run. */
@NullMarked
package io.sweaifleet.deploy.bench;

import org.jspecify.annotations.NullMarked;
