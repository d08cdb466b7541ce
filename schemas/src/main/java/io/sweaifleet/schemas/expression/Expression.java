package io.sweaifleet.schemas.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.sweaifleet.schemas.text.Shortened;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An expression that was checked and can be evaluated. Immutable, and safe for threads. Evaluating the same expression with
 * the same variables always gives the same value.
 */
public final class Expression {

    private static final int MOST_SAID = 300;
    private static final String DASHES = "a name with a dash is written steps['run-tests']";

    /** What an expression has to give. */
    public enum Result {
        /** True or false. */
        CONDITION,
        /** A list. */
        LIST,
        /** Anything. */
        VALUE
    }

    private final String text;
    private final CelRuntime.Program program;
    private final List<Reference> references;

    private Expression(String text, CelRuntime.Program program, List<Reference> references) {
        this.text = text;
        this.program = program;
        this.references = List.copyOf(references);
    }

    /**
     * Checks an expression.
     *
     * @param text CEL, at most 4,000 characters
     * @param wanted what it has to give, as far as that can be told before it is evaluated
     * @throws InvalidExpressionException when it is not valid; the first problem, with its column
     */
    public static Expression compile(String text, Result wanted) throws InvalidExpressionException {
        if (text.isBlank()) {
            throw new InvalidExpressionException("the expression is empty", 1, 1, "write one, or leave it out");
        }
        CelValidationResult checked = Language.COMPILER.compile(text);
        if (checked.hasError()) {
            throw invalid(checked.getErrors());
        }
        try {
            CelAbstractSyntaxTree tree = checked.getAst();
            require(tree.getResultType(), wanted);
            return new Expression(text, Language.RUNTIME.createProgram(tree), references(tree));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new InvalidExpressionException(firstLine(e), 1, 1, "correct the expression");
        }
    }

    private static InvalidExpressionException invalid(List<CelIssue> issues) {
        CelIssue first = issues.stream()
                .min(Comparator.comparing(CelIssue::getSourceLocation))
                .orElseThrow(() -> new IllegalStateException("an invalid expression without a problem"));
        CelSourceLocation at = first.getSourceLocation();
        String message = first.getMessage()
                .lines()
                .findFirst()
                .orElse("it is not valid")
                .strip()
                .replaceFirst(" expecting \\{.*", "")
                .replace("'<EOF>'", "the end");
        return new InvalidExpressionException(
                Shortened.to(MOST_SAID, message),
                Math.max(1, at.getLine()),
                Math.max(0, at.getColumn()) + 1,
                remedy(message));
    }

    private static String remedy(String message) {
        if (message.startsWith("undeclared reference")) {
            return "variables are inputs, steps, workflow, item, index, iteration, last and done; " + DASHES;
        }
        if (message.startsWith("undefined field")) {
            return "a step has status, outputs, artifacts, failure and findings";
        }
        if (message.startsWith("found no matching overload for '_-_'")) {
            return DASHES;
        }
        return message.startsWith("found no matching overload")
                ? "inputs and outputs are texts: compare them with texts, or use int(), double(), bool() or json()"
                : "correct the expression there";
    }

    private static void require(CelType type, Result wanted) throws InvalidExpressionException {
        boolean fits =
                switch (wanted) {
                    case CONDITION -> Language.mayBe(type, SimpleType.BOOL);
                    case LIST -> Language.mayBe(type, ListType.create(SimpleType.DYN));
                    case VALUE -> true;
                };
        if (!fits) {
            throw new InvalidExpressionException(
                    "it gives " + type.name() + ", and not "
                            + (wanted == Result.CONDITION ? "true or false" : "a list"),
                    1,
                    1,
                    wanted == Result.CONDITION
                            ? "compare it with something"
                            : "a list in an output is a text: json(steps.find.outputs.files)");
        }
    }

    private static List<Reference> references(CelAbstractSyntaxTree tree) {
        List<Reference> references = new ArrayList<>();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .filter(node -> node.getKind() == Kind.IDENT
                        && Variables.ALL.contains(node.expr().ident().name()))
                .forEach(node -> references.add(reference(tree.getSource(), node)));
        return references;
    }

    private static Reference reference(CelSource source, CelNavigableExpr node) {
        int offset = source.getPositionsMap().getOrDefault(node.id(), 0);
        CelSourceLocation at = source.getOffsetLocation(offset).orElse(CelSourceLocation.of(1, 0));
        Optional<String> name = node.parent().map(CelNavigableExpr::expr).flatMap(parent -> taken(parent, node.expr()));
        return new Reference(node.expr().ident().name(), name, at.getLine(), at.getColumn() + 1);
    }

    /** What an enclosing expression takes from a variable: {@code .name} or {@code ['name']}. */
    private static Optional<String> taken(CelExpr parent, CelExpr variable) {
        if (parent.getKind() == Kind.SELECT) {
            return Optional.of(parent.select().field());
        }
        boolean indexed = parent.getKind() == Kind.CALL
                && parent.call().function().equals("_[_]")
                && parent.call().args().get(0).id() == variable.id();
        if (!indexed) {
            return Optional.empty();
        }
        CelExpr index = parent.call().args().get(1);
        return index.getKind() == Kind.CONSTANT && index.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? Optional.of(index.constant().stringValue())
                : Optional.empty();
    }

    /** The expression as it was written. */
    public String text() {
        return text;
    }

    /** Every variable that it names. */
    public List<Reference> references() {
        return references;
    }

    /**
     * Its value: a {@code String}, {@code Long}, {@code Double}, {@code Boolean}, a list or map of these, or a CEL value of
     * another kind such as a duration.
     *
     * @param variables values by the names of {@link Variables}; maps are read in their own order
     * @throws ExpressionFailedException when it has none
     */
    public Object evaluate(Map<String, ?> variables) throws ExpressionFailedException {
        try {
            return program.eval(variables);
        } catch (CelEvaluationException e) {
            throw new ExpressionFailedException(why(e), e);
        }
    }

    /**
     * Whether it is true.
     *
     * @throws ExpressionFailedException when it has no value, or one that is neither true nor false
     */
    public boolean isTrue(Map<String, ?> variables) throws ExpressionFailedException {
        if (evaluate(variables) instanceof Boolean value) {
            return value;
        }
        throw new ExpressionFailedException(
                "the value is neither true nor false; outputs are texts: compare with 'true'");
    }

    /**
     * Its list.
     *
     * @throws ExpressionFailedException when it has no value, or one that is no list
     */
    public List<Object> list(Map<String, ?> variables) throws ExpressionFailedException {
        if (evaluate(variables) instanceof List<?> value) {
            return List.copyOf(value);
        }
        throw new ExpressionFailedException("the value is no list; a list in an output is a text: use json()");
    }

    /**
     * Its value as text: a text itself, everything else as JSON.
     *
     * @throws ExpressionFailedException when it has no value, or one that is too long
     */
    public String text(Map<String, ?> variables) throws ExpressionFailedException {
        return asText(evaluate(variables));
    }

    /**
     * A value of an expression as text: a text itself, everything else as JSON.
     *
     * @throws ExpressionFailedException when it is longer than 262,144 characters
     */
    public static String asText(Object value) throws ExpressionFailedException {
        return Values.text(value, Language.MOST_TEXT);
    }

    /** Why an evaluation failed: what one of our own functions said, else CEL's words, which may repeat whole arguments. */
    private static String why(CelEvaluationException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedException refused) {
                return String.valueOf(refused.getMessage());
            }
        }
        return firstLine(e);
    }

    private static String firstLine(Exception e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown");
        return Shortened.to(MOST_SAID, line.replaceFirst("^evaluation error( at \\S+)?: ", ""));
    }

    @Override
    public String toString() {
        return text;
    }
}
