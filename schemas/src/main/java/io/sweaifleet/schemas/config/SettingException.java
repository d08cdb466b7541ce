package io.sweaifleet.schemas.config;

/** A setting is missing or cannot be used. The message names the key, the value, where it came from and what to do. */
public final class SettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String key;

    /**
     * @param key name of the setting
     * @param message what is wrong and what to do about it
     */
    public SettingException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** Name of the setting that cannot be used. */
    public String key() {
        return key;
    }
}
