package dev.byname.source.kubernetes;

import dev.byname.pem.Identity;
import dev.byname.pem.Pem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a kubeconfig file with kubectl's rules: {@code …-data} goes before the file of the same
 * name, {@code tokenFile} before {@code token}, relative paths count from the file's folder.
 * Whatever is wrong is told as {@code kubeconfig FILE: users[NAME].user.client-key: …}.
 */
final class KubeconfigFile {
  private final Path file;
  private final String where;

  private KubeconfigFile(Path file) {
    this.file = file;
    where = "kubeconfig " + file;
  }

  static ApiAccess read(Path file, @Nullable String context) throws AccessException {
    return new KubeconfigFile(file).access(context);
  }

  private ApiAccess access(@Nullable String wantedContext) throws AccessException {
    Section root = load();
    String contextName = wantedContext == null ? root.text("current-context") : wantedContext;
    if (contextName == null || contextName.isEmpty()) {
      throw new AccessException(
          where + ": current-context: not set; name one of " + root.names("contexts"));
    }
    Section context = root.named("contexts", contextName, "context");
    Section cluster = root.named("clusters", context.required("cluster"), "cluster");
    String userName = context.text("user");
    Section user =
        userName == null || userName.isEmpty()
            ? new Section("users", Map.of())
            : root.named("users", userName, "user");
    URI server = ApiAccess.url(cluster.required("server"), cluster.path("server"));
    return new ApiAccess(
        server,
        new ApiTls(authorities(cluster), clientCertificate(user), verification(cluster)),
        credentials(user, cluster, server),
        proxy(cluster),
        impersonation(user));
  }

  private Section load() throws AccessException {
    byte[] bytes = FileContent.read("kubeconfig", file);
    Object document;
    try {
      document =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromString(new String(bytes, StandardCharsets.UTF_8));
    } catch (YamlEngineException broken) {
      throw new AccessException(
          where + ": not YAML: " + String.valueOf(broken.getMessage()).replaceAll("\\s+", " "),
          broken);
    }
    if (!(document instanceof Map<?, ?> map)) {
      throw new AccessException(where + ": not a kubeconfig: a mapping is expected");
    }
    return new Section("", map);
  }

  private List<X509Certificate> authorities(Section cluster) throws AccessException {
    Content pem = cluster.content("certificate-authority");
    return pem == null ? List.of() : ApiTls.certificates(new Pem(pem.where(), pem.bytes()));
  }

  private ApiTls.Verification verification(Section cluster) throws AccessException {
    String name = cluster.text("tls-server-name");
    if (cluster.flag("insecure-skip-tls-verify")) {
      if (cluster.content("certificate-authority") != null) {
        throw new AccessException(
            cluster.path("insecure-skip-tls-verify")
                + ": cannot be true together with a certificate-authority");
      }
      return new ApiTls.Verification.Nothing();
    }
    return name == null || name.isEmpty()
        ? new ApiTls.Verification.UrlHost()
        : new ApiTls.Verification.Name(name);
  }

  private @Nullable Identity clientCertificate(Section user) throws AccessException {
    Content certificate = user.content("client-certificate");
    Content key = user.content("client-key");
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new AccessException(
          certificate == null
              ? user.path("client-certificate") + ": missing, though there is a client-key"
              : user.path("client-key") + ": missing, though there is a client-certificate");
    }
    return ApiTls.identity(
        new Pem(certificate.where(), certificate.bytes()), new Pem(key.where(), key.bytes()));
  }

  private Credentials credentials(Section user, Section cluster, URI server)
      throws AccessException {
    if (user.values.get("auth-provider") != null) {
      throw new AccessException(
          user.path("auth-provider")
              + ": no longer exists (removed from Kubernetes 1.26); use an exec plugin");
    }
    String tokenFile = user.text("tokenFile");
    if (tokenFile != null && !tokenFile.isEmpty()) {
      Path path = resolve(tokenFile);
      FileContent.read(user.path("tokenFile"), path);
      return Credentials.tokenFile(path, user.path("tokenFile"));
    }
    String token = user.text("token");
    if (token != null && !token.isEmpty()) {
      return Credentials.token(token);
    }
    String name = user.text("username");
    if (name != null && !name.isEmpty()) {
      String password = user.text("password");
      return Credentials.basic(name, password == null ? "" : password);
    }
    Section exec = user.section("exec");
    return exec == null ? Credentials.NONE : exec(exec, cluster, server);
  }

  private Credentials exec(Section exec, Section cluster, URI server) throws AccessException {
    String command = exec.required("command");
    String apiVersion = exec.required("apiVersion");
    if (!apiVersion.equals("client.authentication.k8s.io/v1")
        && !apiVersion.equals("client.authentication.k8s.io/v1beta1")) {
      throw new AccessException(
          exec.path("apiVersion")
              + ": \""
              + apiVersion
              + "\" is not client.authentication.k8s.io/v1 or v1beta1");
    }
    if ("Always".equals(exec.text("interactiveMode"))) {
      throw new AccessException(
          exec.path("interactiveMode") + ": Always needs a terminal, and a server has none");
    }
    var line = new ArrayList<String>();
    // As for a shell: a name with a slash is a path, one without is looked for in PATH.
    line.add(command.contains("/") ? resolve(command).toString() : command);
    line.addAll(exec.texts("args"));
    var environment = new LinkedHashMap<String, String>();
    for (Section variable : exec.sections("env")) {
      String value = variable.text("value");
      environment.put(variable.required("name"), value == null ? "" : value);
    }
    var clusterInfo = new LinkedHashMap<String, Object>();
    if (exec.flag("provideClusterInfo")) {
      clusterInfo.put("server", server.toString());
      Content authority = cluster.content("certificate-authority");
      if (authority != null) {
        clusterInfo.put(
            "certificate-authority-data", Base64.getEncoder().encodeToString(authority.bytes()));
      }
      String name = cluster.text("tls-server-name");
      if (name != null) {
        clusterInfo.put("tls-server-name", name);
      }
      clusterInfo.put("insecure-skip-tls-verify", cluster.flag("insecure-skip-tls-verify"));
    }
    String hint = exec.text("installHint");
    return new ExecCredentials(
        exec.path("command"), line, environment, apiVersion, clusterInfo, hint == null ? "" : hint);
  }

  private @Nullable URI proxy(Section cluster) throws AccessException {
    String text = cluster.text("proxy-url");
    if (text == null || text.isEmpty()) {
      return null;
    }
    URI proxy = ApiAccess.url(text, cluster.path("proxy-url"));
    if (!"http".equals(proxy.getScheme())) {
      throw new AccessException(cluster.path("proxy-url") + ": only http proxies are supported");
    }
    return proxy;
  }

  private static Map<String, List<String>> impersonation(Section user) throws AccessException {
    var headers = new LinkedHashMap<String, List<String>>();
    String as = user.text("as");
    if (as != null && !as.isEmpty()) {
      headers.put("Impersonate-User", List.of(as));
    }
    List<String> groups = user.texts("as-groups");
    if (!groups.isEmpty()) {
      headers.put("Impersonate-Group", groups);
    }
    String uid = user.text("as-uid");
    if (uid != null && !uid.isEmpty()) {
      headers.put("Impersonate-Uid", List.of(uid));
    }
    return Map.copyOf(headers);
  }

  private Path resolve(String path) {
    return file.toAbsolutePath().resolveSibling(path).normalize();
  }

  /** Bytes and where they came from. */
  private static final class Content {
    private final byte[] bytes;
    private final String where;

    Content(byte[] bytes, String where) {
      this.bytes = bytes;
      this.where = where;
    }

    byte[] bytes() {
      return bytes;
    }

    String where() {
      return where;
    }
  }

  /** A mapping of the file that knows its own path in it. */
  private final class Section {
    private final String path;
    private final Map<?, ?> values;

    Section(String path, Map<?, ?> values) {
      this.path = path;
      this.values = values;
    }

    String path(String field) {
      return where + ": " + (path.isEmpty() ? "" : path + ".") + field;
    }

    @Nullable String text(String field) throws AccessException {
      return switch (values.get(field)) {
        case null -> null;
        case String text -> text;
        case Number number -> number.toString();
        case Object other -> throw new AccessException(path(field) + ": text is expected");
      };
    }

    String required(String field) throws AccessException {
      String text = text(field);
      if (text == null || text.isEmpty()) {
        throw new AccessException(path(field) + ": missing");
      }
      return text;
    }

    boolean flag(String field) throws AccessException {
      return switch (values.get(field)) {
        case null -> false;
        case Boolean flag -> flag;
        case Object other -> throw new AccessException(path(field) + ": true or false is expected");
      };
    }

    List<String> texts(String field) throws AccessException {
      var texts = new ArrayList<String>();
      for (Object item : list(field)) {
        if (!(item instanceof String text)) {
          throw new AccessException(
              path(field) + "[" + texts.size() + "]: text is expected; put it in quotes");
        }
        texts.add(text);
      }
      return List.copyOf(texts);
    }

    @Nullable Section section(String field) throws AccessException {
      return switch (values.get(field)) {
        case null -> null;
        case Map<?, ?> map -> new Section(path.isEmpty() ? field : path + "." + field, map);
        case Object other -> throw new AccessException(path(field) + ": a mapping is expected");
      };
    }

    List<Section> sections(String field) throws AccessException {
      var sections = new ArrayList<Section>();
      for (Object item : list(field)) {
        String itemPath = (path.isEmpty() ? "" : path + ".") + field + "[" + sections.size() + "]";
        if (!(item instanceof Map<?, ?> map)) {
          throw new AccessException(where + ": " + itemPath + ": a mapping is expected");
        }
        sections.add(new Section(itemPath, map));
      }
      return sections;
    }

    /** The part of the list's entry with that name that carries the content. */
    Section named(String list, String name, String part) throws AccessException {
      for (Section entry : sections(list)) {
        if (name.equals(entry.text("name"))) {
          Section content = new Section(list + "[" + name + "]", entry.values).section(part);
          if (content == null) {
            throw new AccessException(where + ": " + list + "[" + name + "]." + part + ": missing");
          }
          return content;
        }
      }
      throw new AccessException(
          where + ": " + list + ": none is named \"" + name + "\"; there is " + names(list));
    }

    String names(String list) throws AccessException {
      var names = new ArrayList<String>();
      for (Section entry : sections(list)) {
        names.add(String.valueOf(entry.text("name")));
      }
      return names.isEmpty() ? "none" : names.stream().limit(10).collect(Collectors.joining(", "));
    }

    @Nullable Content content(String field) throws AccessException {
      String data = text(field + "-data");
      if (data != null && !data.isEmpty()) {
        try {
          return new Content(Base64.getMimeDecoder().decode(data), path(field + "-data"));
        } catch (IllegalArgumentException broken) {
          throw new AccessException(path(field + "-data") + ": not base64", broken);
        }
      }
      String name = text(field);
      if (name == null || name.isEmpty()) {
        return null;
      }
      Path source = resolve(name);
      return new Content(FileContent.read(path(field), source), path(field) + ": " + source);
    }

    private List<?> list(String field) throws AccessException {
      return switch (values.get(field)) {
        case null -> List.of();
        case List<?> list -> list;
        case Object other -> throw new AccessException(path(field) + ": a list is expected");
      };
    }
  }
}
