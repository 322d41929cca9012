package dev.byname.resolverconfig.injection;

import dev.byname.resolverconfig.resolvconf.RefusedException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made of files, made anew when their content changes. Content is compared, not times: a
 * mounted Secret changes by swapping links. Readers call {@link #get} from any thread; one thread
 * calls {@link #poll}.
 */
final class Reloadable<T> {
  private static final Logger log = LoggerFactory.getLogger(Reloadable.class);

  private final String what;
  private final List<Path> files;
  private final Function<List<byte[]>, T> make;
  private List<byte[]> seen;
  private @Nullable String complaint;
  private volatile T value;

  /**
   * Makes the first value.
   *
   * @param make throws {@link RefusedException} for content that cannot be used
   * @throws RefusedException when a file cannot be read or used
   */
  Reloadable(String what, List<Path> files, Function<List<byte[]>, T> make) {
    this.what = what;
    this.files = List.copyOf(files);
    this.make = make;
    this.seen = read();
    this.value = make.apply(seen);
  }

  T get() {
    return value;
  }

  /** Looks at the files; what cannot be used is logged once and the old value stays. */
  void poll() {
    try {
      var content = read();
      if (same(content, seen)) {
        return;
      }
      seen = content;
      value = make.apply(content);
      complaint = null;
      log.info("{} reloaded from {}", what, files);
    } catch (RefusedException e) {
      complain(e);
    }
  }

  private void complain(RefusedException e) {
    // A file that stays unreadable is complained of once, not every few seconds.
    var text = String.valueOf(e.getMessage()).replace('\n', ';');
    if (!text.equals(complaint)) {
      complaint = text;
      log.warn("{} not reloaded, the old one stays: {}", what, text);
    }
  }

  private List<byte[]> read() {
    return files.stream().map(YamlDocuments::readBounded).toList();
  }

  private static boolean same(List<byte[]> left, List<byte[]> right) {
    for (int at = 0; at < left.size(); at++) {
      if (!Arrays.equals(left.get(at), right.get(at))) {
        return false;
      }
    }
    return true;
  }
}
