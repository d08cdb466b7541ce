package io.sweaifleet.deploy.chaos.check;

import io.sweaifleet.deploy.chaos.history.Ref;
import io.sweaifleet.deploy.chaos.history.Submitted;
import io.sweaifleet.schemas.core.DeadLetter;
import io.sweaifleet.schemas.core.DeadLetterCause;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is not done is said to be not done. */
final class Contradictions implements Check {

    @Override
    public String name() {
        return "contradictions";
    }

    @Override
    public String promise() {
        return "a submission with the id of another and other content is a dead letter, and no valid record is one";
    }

    /** Where core's own message says that the submission was read; the letter's origin is core's input, which intake wrote. */
    private static final Pattern READ_AT = Pattern.compile("The submission at (\\S+)/(\\d+)@(\\d+) .*", Pattern.DOTALL);

    private record Place(String topic, int partition, long offset) {

        static Place of(DeadLetter letter) {
            Matcher told = READ_AT.matcher(letter.getFailure().getMessage());
            if (letter.getCause() == DeadLetterCause.CONTRADICTION && told.matches()) {
                return new Place(told.group(1), Integer.parseInt(told.group(2)), Long.parseLong(told.group(3)));
            }
            return new Place(
                    letter.getOrigin().getTopic(),
                    letter.getOrigin().getPartition(),
                    letter.getOrigin().getOffset());
        }
    }

    @Override
    public Verdict on(CheckedHistory history) {
        Verdict verdict = new Verdict();
        Map<Ref, Submitted> accepted = history.recorded().accepted();
        Set<Place> contradicting = new HashSet<>();
        for (Submitted submission : history.recorded().submissions()) {
            Submitted first = accepted.get(submission.workflow());
            if (first != null && !first.digest().equals(submission.digest())) {
                contradicting.add(new Place(submission.topic(), submission.partition(), submission.offset()));
            }
        }
        Set<Place> refused = new HashSet<>();
        for (DeadLetter letter : history.recorded().deadLetters()) {
            verdict.look();
            Place place = Place.of(letter);
            refused.add(place);
            boolean expected = letter.getCause() == DeadLetterCause.CONTRADICTION
                    ? contradicting.contains(place)
                    : letter.getCause() == DeadLetterCause.UNDECODABLE;
            verdict.require(
                    expected,
                    "%s is a dead letter (%s: %s) and broke no rule",
                    place,
                    letter.getCause(),
                    letter.getFailure().getMessage());
        }
        for (Place place : contradicting) {
            verdict.require(
                    refused.contains(place), "%s contradicts an earlier submission and is no dead letter", place);
        }
        return verdict;
    }
}
