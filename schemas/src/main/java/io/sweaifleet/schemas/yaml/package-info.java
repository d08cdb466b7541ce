/** YAML files that people write: their documents, and what is wrong at which line. */
@NullMarked
package io.sweaifleet.schemas.yaml;

import org.jspecify.annotations.NullMarked;
