// Puts layers made by scripts/image into an OCI archive, and lists what is in it. Run from source
// by scripts/image:
//
//   java OciImage.java FOLDER JARS ARCHITECTURE VERSION REVISION EPOCH_SECONDS JAVA_BUILD
//
// Reads FOLDER/{base,runtime,app,aot}.tar, the folders they were made from, and the jars of which the
// program was made (files and folders of them, separated by colons); writes FOLDER/byname.tar and
// FOLDER/sbom.cdx.json.

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

public final class OciImage {
  private static final List<String> LAYERS = List.of("base", "runtime", "app", "aot");

  private record Blob(String digest, long bytes) {}

  private record Layer(String name, Blob compressed, String diffId, long plainBytes) {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    String architecture = arguments[2];
    String version = arguments[3];
    String created = Instant.ofEpochSecond(Long.parseLong(arguments[5])).toString();

    Path sbom = folder.resolve("sbom.cdx.json");
    List<Path> jars = jars(arguments[1]);
    Files.writeString(sbom, sbom(folder, jars, architecture, version, created, arguments[6]));

    Path layout = Files.createDirectories(folder.resolve("oci"));
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    List<Layer> layers = new ArrayList<>();
    for (String name : LAYERS) {
      layers.add(layer(folder.resolve(name + ".tar"), name, blobs));
    }
    String labels =
        """
        {"org.opencontainers.image.title":"byname",\
        "org.opencontainers.image.description":"DNS and service discovery for Kubernetes clusters",\
        "org.opencontainers.image.version":"%s","org.opencontainers.image.revision":"%s",\
        "org.opencontainers.image.created":"%s"}\
        """
            .formatted(version, arguments[4], created);
    Blob config =
        blob(
            blobs,
            """
            {"architecture":"%s","os":"linux","created":"%s","config":{"User":"65532:65532",\
            "Entrypoint":["/usr/bin/byname"],"Cmd":["-conf","/etc/byname/Corefile"],"WorkingDir":"/",\
            "Env":["PATH=/usr/bin"],"ExposedPorts":{"53/tcp":{},"53/udp":{},"9153/tcp":{}},"StopSignal":"SIGTERM","Labels":%s},\
            "rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}\
            """
                .formatted(
                    architecture,
                    created,
                    labels,
                    list(layers, l -> "\"sha256:" + l.diffId + "\""),
                    list(
                        layers,
                        l ->
                            "{\"created\":\""
                                + created
                                + "\",\"created_by\":\"scripts/image: "
                                + l.name
                                + "\"}")));
    Blob manifest =
        blob(
            blobs,
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},\
            "layers":[%s],"annotations":%s}\
            """
                .formatted(
                    config.digest,
                    config.bytes,
                    list(
                        layers,
                        l ->
                            "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"sha256:%s\",\"size\":%d}"
                                .formatted(l.compressed.digest, l.compressed.bytes)),
                    labels));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(
        layout.resolve("index.json"),
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{\
        "mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d,\
        "platform":{"architecture":"%s","os":"linux"},\
        "annotations":{"org.opencontainers.image.ref.name":"byname:%s"}}]}\
        """
            .formatted(manifest.digest, manifest.bytes, architecture, version));
    run(
        layout,
        "tar",
        "--create",
        "--file",
        folder.resolve("byname.tar").toString(),
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mtime=@" + arguments[5],
        "oci-layout",
        "index.json",
        "blobs");

    System.out.printf(
        "byname %s for linux/%s: %s%n", version, architecture, folder.resolve("byname.tar"));
    System.out.printf("  digest  sha256:%s%n", manifest.digest);
    for (Layer layer : layers) {
      System.out.printf(
          "  %-8s%6.1f MiB, %5.1f compressed  sha256:%s%n",
          layer.name,
          layer.plainBytes / 1048576.0,
          layer.compressed.bytes / 1048576.0,
          layer.diffId);
    }
    System.out.printf(
        "  together%6.1f MiB, %5.1f compressed%n",
        layers.stream().mapToLong(Layer::plainBytes).sum() / 1048576.0,
        layers.stream().mapToLong(l -> l.compressed.bytes).sum() / 1048576.0);
    System.out.printf("  parts   %s%n", sbom);
  }

  private static String list(List<Layer> layers, java.util.function.Function<Layer, String> json) {
    return layers.stream().map(json).collect(Collectors.joining(","));
  }

  private static Layer layer(Path tar, String name, Path blobs) throws Exception {
    Path compressed = blobs.resolve(name);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    // GZIPOutputStream writes no date and no name, so equal layers stay equal.
    try (OutputStream out =
        new GZIPOutputStream(
            new DigestOutputStream(
                new BufferedOutputStream(Files.newOutputStream(compressed)), digest),
            1 << 16)) {
      Files.copy(tar, out);
    }
    String hex = HexFormat.of().formatHex(digest.digest());
    Files.move(compressed, blobs.resolve(hex));
    return new Layer(
        name, new Blob(hex, Files.size(blobs.resolve(hex))), sha256(tar), Files.size(tar));
  }

  private static Blob blob(Path blobs, String json) throws Exception {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    Files.write(blobs.resolve(digest), bytes);
    return new Blob(digest, bytes.length);
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      Files.copy(file, sink);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void run(Path folder, String... command) throws Exception {
    if (new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start().waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  // ---- what is in it (CycloneDX 1.5)

  private static String sbom(
      Path folder,
      List<Path> jars,
      String architecture,
      String version,
      String created,
      String java)
      throws Exception {
    var components = new TreeMap<String, String>();
    try (Stream<Path> files = Files.list(folder.resolve("base/var/lib/dpkg/status.d"))) {
      for (Path file : files.toList()) {
        var fields = new Properties();
        Files.readAllLines(file).stream()
            .filter(line -> line.matches("(Package|Version): .*"))
            .forEach(line ->
                fields.put(
                    line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2)));
        String name = fields.getProperty("Package");
        String itsVersion = fields.getProperty("Version");
        components.put(
            name,
            component(
                "library",
                "",
                name,
                itsVersion,
                "pkg:deb/debian/%s@%s?arch=%s"
                    .formatted(
                        name, itsVersion.replace("+", "%2B").replace(":", "%3A"), architecture),
                ""));
      }
    }
    for (Path jar : jars) {
      components.put(jar.getFileName().toString(), jar(jar));
    }
    components.put(
        "java-runtime",
        component(
            "framework",
            "",
            "java-runtime",
            java,
            "pkg:generic/java-runtime@" + java.replace("+", "%2B"),
            ""));
    return """
    {
      "bomFormat": "CycloneDX",
      "specVersion": "1.5",
      "version": 1,
      "metadata": {
        "timestamp": "%s",
        "component": {"type": "container", "name": "byname", "version": "%s"}
      },
      "components": [
        %s
      ]
    }
    """
        .formatted(created, version, String.join(",\n    ", components.values()));
  }

  private static List<Path> jars(String filesAndFolders) throws IOException {
    List<Path> jars = new ArrayList<>();
    for (String each : filesAndFolders.split(":")) {
      try (Stream<Path> found = Files.walk(Path.of(each), 1)) {
        found.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
      }
    }
    return jars;
  }

  /** Maven's own record in the jar, where there is one; otherwise what the file is called. */
  private static String jar(Path file) throws Exception {
    String base = file.getFileName().toString().replaceFirst("\\.jar$", "");
    String group = "";
    String name = base.replaceFirst("-[0-9].*$", "");
    String version = base.length() > name.length() ? base.substring(name.length() + 1) : "";
    try (var jar = new JarFile(file.toFile())) {
      var records =
          jar.stream()
              .filter(e -> e.getName().matches("META-INF/maven/.*/pom\\.properties"))
              .toList();
      if (records.size() == 1) {
        var properties = new Properties();
        try (var in = jar.getInputStream(records.getFirst())) {
          properties.load(in);
        }
        group = properties.getProperty("groupId");
        name = properties.getProperty("artifactId");
        version = properties.getProperty("version");
      }
    }
    String purl = "pkg:maven/" + (group.isEmpty() ? "" : group + "/") + name + "@" + version;
    return component("library", group, name, version, purl, sha256(file));
  }

  private static String component(
      String type, String group, String name, String version, String purl, String sha256) {
    return "{\"type\": \"%s\", %s\"name\": \"%s\", \"version\": \"%s\", \"purl\": \"%s\"%s}"
        .formatted(
            type,
            group.isEmpty() ? "" : "\"group\": \"" + group + "\", ",
            name,
            version,
            purl,
            sha256.isEmpty()
                ? ""
                : ", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"" + sha256 + "\"}]");
  }
}
