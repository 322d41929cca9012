package dev.byname.plugin.view;

import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Step;

/** Tells the others which view a query came in by; the server has chosen it before. */
final class View implements Plugin {
  private final String viewName;

  View(String viewName) {
    this.viewName = viewName;
  }

  @Override
  public String name() {
    return "view";
  }

  @Override
  public void addMetadata(Request request) {
    request.metadata().put("view/name", () -> viewName);
  }

  @Override
  public Step handle(Request request, Chain chain) {
    return Step.next(request);
  }
}
