/** Roles as people write them: YAML files, validated and turned into {@code RoleDefinition} records. */
@NullMarked
package io.sweaifleet.schemas.role.yaml;

import org.jspecify.annotations.NullMarked;
