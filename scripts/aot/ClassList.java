// Prints the list from which the JVM assembles an AOT cache: the classes that FILE marks with KIND, where
// they are there, and of each what it refers to: classes, fields, methods, and call sites (lambdas,
// concatenated strings). What of that the JVM can resolve ahead of time is then resolved in the
// cache. Run from source by scripts/aot/assemble:
//
//   java ClassList.java FILE KIND JAR JAVA_HOME

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.ConstantPool;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

public final class ClassList {
  public static void main(String[] arguments) throws IOException {
    List<String> names =
        Files.readAllLines(Path.of(arguments[0])).stream()
            .map(line -> List.of(line.split(" ")))
            .filter(words -> words.subList(1, words.size()).contains(arguments[1]))
            .map(List::getFirst)
            .toList();
    Map<String, String> asTheJvmReadsIt = Map.of("releaseVersion", "runtime"); // multi-release jars
    try (var jar = FileSystems.newFileSystem(Path.of(arguments[2]), asTheJvmReadsIt);
        var runtime =
            FileSystems.newFileSystem(
                URI.create("jrt:/"), Map.of("java.home", arguments[3]), null)) {
      List<Path> roots = new ArrayList<>(List.of(jar.getPath("/")));
      try (Stream<Path> modules = Files.list(runtime.getPath("/modules"))) {
        modules.forEach(roots::add);
      }
      var references = new StringBuilder();
      for (String name : names) {
        // Those of another version of Java or of a library are not there.
        for (Path root : roots) {
          Path file = root.resolve(name + ".class");
          if (Files.exists(file)) {
            System.out.println(name);
            String indexes = indexes(ClassFile.of().parse(file).constantPool());
            if (!indexes.isEmpty()) {
              references.append("@cp ").append(name).append(' ').append(indexes).append('\n');
            }
            break;
          }
        }
      }
      System.out.print(references); // a class must be known before its references are
    }
  }

  private static String indexes(ConstantPool pool) {
    return StreamSupport.stream(pool.spliterator(), false)
        .filter(entry ->
            entry instanceof ClassEntry
                || entry instanceof MemberRefEntry
                || entry instanceof InvokeDynamicEntry)
        .map(entry -> String.valueOf(entry.index()))
        .collect(Collectors.joining(" "));
  }
}
