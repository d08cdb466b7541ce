package io.sweaifleet.topology.core.domain;

import io.sweaifleet.schemas.expression.Expression;
import io.sweaifleet.schemas.expression.InvalidExpressionException;
import io.sweaifleet.schemas.expression.Template;
import java.util.LinkedHashMap;
import java.util.Map;

/** Expressions that were used lately: to compile one takes a hundred times as long as to evaluate it. Of one thread. */
final class Compiled {

    private static final int KEPT = 4_096;

    private final Map<String, Expression> expressions = recent();
    private final Map<String, Template> templates = recent();

    private static <V> Map<String, V> recent() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > KEPT;
            }
        };
    }

    Expression expression(String text) throws InvalidExpressionException {
        Expression known = expressions.get(text);
        if (known == null) {
            known = Expression.compile(text, Expression.Result.VALUE);
            expressions.put(text, known);
        }
        return known;
    }

    Template template(String text) throws InvalidExpressionException {
        Template known = templates.get(text);
        if (known == null) {
            known = Template.parse(text);
            templates.put(text, known);
        }
        return known;
    }
}
