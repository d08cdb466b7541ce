package io.sweaifleet.schemas.expression;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelStringExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.Arithmetic;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.StringMatchers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * CEL as the fleet has it: its standard functions and macros, some functions on texts, and {@code json}. Whatever could make
 * a value out of proportion to its text is bounded, since an expression is evaluated where everything else waits for it.
 */
final class Language {

    /** Characters of an expression. */
    static final int MOST_CHARACTERS = 4_000;

    /** Characters of a text that an expression makes. */
    static final int MOST_TEXT = 262_144;

    private static final int MOST_ITERATIONS = 2_000;
    private static final int MOST_ITEMS = 10_000;
    private static final int MOST_DEPTH = 50;
    private static final int MOST_SEARCHED = 10_000;
    private static final int MOST_PATTERN = 200;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(MOST_CHARACTERS)
            .maxParseRecursionDepth(MOST_DEPTH)
            .comprehensionMaxIterations(MOST_ITERATIONS)
            .enableHeterogeneousNumericComparisons(true)
            .build();

    /** Not {@code join} and {@code replace}: their results grow with the product of their arguments. */
    private static final CelStringExtensions.Function[] TEXTS = {
        CelStringExtensions.Function.INDEX_OF,
        CelStringExtensions.Function.LAST_INDEX_OF,
        CelStringExtensions.Function.LOWER_ASCII,
        CelStringExtensions.Function.SPLIT,
        CelStringExtensions.Function.SUBSTRING,
        CelStringExtensions.Function.TRIM,
        CelStringExtensions.Function.UPPER_ASCII
    };

    /** Standard functions that have a binding of our own below. */
    private static final Set<CelStandardFunctions.StandardOverload> BOUNDED_HERE =
            Set.of(Arithmetic.ADD_STRING, Arithmetic.ADD_LIST, StringMatchers.MATCHES, StringMatchers.MATCHES_STRING);

    private static final CelType TEXT_MAP = MapType.create(SimpleType.STRING, SimpleType.STRING);

    /** Fields of what a step gave. A type of its own, so that a name that is none of them is found before a run. */
    private static final ImmutableMap<String, CelType> STEP_FIELDS = ImmutableMap.of(
            Variables.STATUS, SimpleType.STRING,
            Variables.OUTPUTS, TEXT_MAP,
            Variables.ARTIFACTS, TEXT_MAP,
            Variables.FAILURE, TEXT_MAP,
            Variables.FINDINGS, SimpleType.INT);

    private static final StructType STEP =
            StructType.create("Step", STEP_FIELDS.keySet(), field -> Optional.ofNullable(STEP_FIELDS.get(field)));

    private static final CelTypeProvider TYPES = new CelTypeProvider() {
        @Override
        public ImmutableCollection<CelType> types() {
            return ImmutableList.of(STEP);
        }

        @Override
        public Optional<CelType> findType(String name) {
            return name.equals(STEP.name()) ? Optional.of(STEP) : Optional.empty();
        }
    };

    static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setTypeProvider(TYPES)
            .addLibraries(CelExtensions.strings(TEXTS))
            .addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(
                    "json", CelOverloadDecl.newGlobalOverload("json_string", SimpleType.DYN, SimpleType.STRING)))
            .addVar(Variables.INPUTS, TEXT_MAP)
            .addVar(Variables.STEPS, MapType.create(SimpleType.STRING, STEP))
            .addVar(Variables.ITEM, SimpleType.DYN)
            .addVar(Variables.INDEX, SimpleType.INT)
            .addVar(Variables.ITERATION, SimpleType.INT)
            .addVar(Variables.LAST, STEP)
            .addVar(Variables.DONE, STEP)
            .addVar(Variables.WORKFLOW, TEXT_MAP)
            .build();

    static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardFunctions(CelStandardFunctions.newBuilder()
                    .filterFunctions((function, overload) -> !BOUNDED_HERE.contains(overload))
                    .build())
            .addLibraries(CelExtensions.strings(TEXTS))
            .addFunctionBindings(
                    CelFunctionBinding.from("json_string", String.class, Values::parse),
                    CelFunctionBinding.from("add_string", String.class, String.class, Language::concatenated),
                    CelFunctionBinding.from("add_list", List.class, List.class, Language::concatenated),
                    CelFunctionBinding.from("matches", String.class, String.class, Language::matches),
                    CelFunctionBinding.from("matches_string", String.class, String.class, Language::matches))
            .build();

    private Language() {}

    private static Object concatenated(String a, String b) {
        if (a.length() + b.length() > MOST_TEXT) {
            throw new RefusedException("a text becomes longer than " + MOST_TEXT + " characters");
        }
        return a + b;
    }

    private static Object concatenated(List<?> a, List<?> b) {
        if (a.size() + b.size() > MOST_ITEMS) {
            throw new RefusedException("a list gets more than " + MOST_ITEMS + " items");
        }
        List<Object> all = new ArrayList<>(a.size() + b.size());
        all.addAll(a);
        all.addAll(b);
        return Collections.unmodifiableList(all);
    }

    /** As CEL's own, whose time is linear in text and pattern; both are bounded here. */
    private static Object matches(String text, String pattern) {
        if (text.length() > MOST_SEARCHED || pattern.length() > MOST_PATTERN) {
            throw new RefusedException("matches() takes a text of at most " + MOST_SEARCHED
                    + " characters and a pattern of at most " + MOST_PATTERN);
        }
        try {
            return Pattern.compile(pattern).matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new RefusedException("matches(): " + e.getMessage(), e);
        }
    }

    /** True for a type whose values may be of the other: the same kind, or known at run time only. */
    static boolean mayBe(CelType type, CelType wanted) {
        return type.equals(SimpleType.DYN)
                || type.equals(wanted)
                || wanted instanceof ListType && type instanceof ListType;
    }
}
