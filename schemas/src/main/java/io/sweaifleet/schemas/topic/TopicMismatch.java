package io.sweaifleet.schemas.topic;

/**
 * A setting of an existing topic that the fleet cannot work with.
 *
 * @param topic name of the topic
 * @param setting what is different, by the broker's name
 * @param found what the topic has
 * @param wanted what it needs
 * @param remedy what to do
 */
public record TopicMismatch(String topic, String setting, String found, String wanted, String remedy) {

    @Override
    public String toString() {
        return "Topic " + topic + " has " + setting + " = " + found + ", but needs " + wanted + ". " + remedy;
    }
}
