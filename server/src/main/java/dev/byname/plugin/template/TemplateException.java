package dev.byname.plugin.template;

/** A template that cannot be read, or cannot be filled in for a query. */
final class TemplateException extends Exception {
  private static final long serialVersionUID = 1;

  TemplateException(String reason) {
    // Thrown for what strangers ask, too: without a stack trace.
    super(reason, null, false, false);
  }
}
