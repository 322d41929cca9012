package dev.byname.corefile;

/**
 * One word after a directive's name, with environment variables filled in and quotes taken off.
 *
 * @param text may be empty ({@code ""} in the file, or a variable that is not set)
 */
public record Argument(String text, Location location) {
  @Override
  public String toString() {
    return text;
  }
}
