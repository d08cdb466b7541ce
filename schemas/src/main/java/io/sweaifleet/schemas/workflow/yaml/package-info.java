/** Definitions of workflows as people write them. */
@NullMarked
package io.sweaifleet.schemas.workflow.yaml;

import org.jspecify.annotations.NullMarked;
