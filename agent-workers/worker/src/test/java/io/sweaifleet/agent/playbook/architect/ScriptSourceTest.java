package io.sweaifleet.agent.playbook.architect;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.playbook.architect.ScriptSource.Import;
import org.junit.jupiter.api.Test;

class ScriptSourceTest {

    @Test
    void shouldReadEveryFormOfImport() {
        // Given
        String text =
                """
                #!/usr/bin/env node
                // import 'commented'
                import 'side-effect'
                import def, { a as b, type C } from "./a";
                import * as ns from './b.js'
                import type { T } from './types'
                import type from './named-type'
                import eq = require('./eq');
                export { x } from './x'; export * from './y'
                export type { U } from './u'
                export const notAnImport = 'from';
                const lazy = () => import('./lazy'), r = require("./r"), t = import(`./t`);
                const re = /['"`] require('no') /.test(s) ? a / b : "x" / 2;
                const tpl = `import 'no' ${ require('./in-template') + `${'deep'}` } require('no')`;
                obj.require('no'); import.meta.url; import(dynamic + './no');
                const el = <p>Don't break {`on`} this</p>;
                import { last } from './last'
                """;

        // When
        ScriptSource source = ScriptSource.parse(text);

        // Then
        assertThat(source.imports())
                .containsExactly(
                        new Import("side-effect", false, 3),
                        new Import("./a", false, 4),
                        new Import("./b.js", false, 5),
                        new Import("./types", true, 6),
                        new Import("./named-type", false, 7),
                        new Import("./eq", false, 8),
                        new Import("./x", false, 9),
                        new Import("./y", false, 9),
                        new Import("./u", true, 10),
                        new Import("./lazy", false, 12),
                        new Import("./r", false, 12),
                        new Import("./t", false, 12),
                        new Import("./in-template", false, 14),
                        new Import("./last", false, 17));
    }

    @Test
    void shouldReadOnlyTheScriptOfAComponent() {
        // Given
        String text =
                "<template>\n  import 'no'\n</template>\n<script setup lang=\"ts\">\nimport A from './A.vue'\n</script>\n";

        // When
        ScriptSource source = ScriptSource.parseComponent(text);

        // Then
        assertThat(source.imports()).containsExactly(new Import("./A.vue", false, 5));
    }

    @Test
    void shouldSurviveTextThatIsNoScript() {
        assertThat(ScriptSource.parse("import").imports()).isEmpty();
        assertThat(ScriptSource.parse("import {a, b from from './x'").imports()).hasSize(1);
        assertThat(ScriptSource.parse("`open ${ `deeper ${ import('./a')").imports())
                .hasSize(1);
        assertThat(ScriptSource.parse("}}}` ${ }` import './b'").imports()).hasSize(1);
        assertThat(ScriptSource.parseComponent("<script>import './c'").imports())
                .hasSize(1);
        assertThat(ScriptSource.parseComponent("<script").imports()).isEmpty();
    }
}
