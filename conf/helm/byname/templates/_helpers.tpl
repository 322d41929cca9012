{{- define "byname.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "byname.k8sApp" -}}
{{ default (include "byname.fullname" .) .Values.k8sAppLabelOverride }}
{{- end -}}

{{/* Names that values written for CoreDNS's chart use in affinity and topologySpreadConstraints. */}}
{{- define "coredns.name" -}}
byname
{{- end -}}
{{- define "coredns.fullname" -}}
{{ include "byname.fullname" . }}
{{- end -}}
{{- define "coredns.k8sapplabel" -}}
{{ include "byname.k8sApp" . }}
{{- end -}}

{{/* What finds this release's pods and no others: may never change in a release. */}}
{{- define "byname.selector" -}}
app.kubernetes.io/name: byname
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "byname.labels" -}}
{{ include "byname.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- if .Values.isClusterService }}
k8s-app: {{ include "byname.k8sApp" . | quote }}
kubernetes.io/cluster-service: "true"
kubernetes.io/name: "Byname"
{{- end }}
{{- with .Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "byname.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "byname.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "byname.clusterRole" -}}
{{ default (include "byname.fullname" .) .Values.clusterRole.nameOverride }}
{{- end -}}

{{- define "byname.corefile" -}}
{{- range $directive, $extra := .Values.extraConfig }}
{{ $directive }}{{ with $extra.parameters }} {{ . }}{{ end }}
{{- end }}
{{- range .Values.servers }}
{{- $port := default 53 .port | toString }}
{{- $keys := list }}
{{- range default (list (dict "zone" ".")) .zones }}
{{- $keys = append $keys (printf "%s%s:%s" (default "" .scheme) (default "." .zone) $port) }}
{{- end }}
{{ join " " $keys }} {
{{- range .plugins }}
    {{ .name }}{{ if .parameters }} {{ .parameters }}{{ end }}
    {{- if .configBlock }} {
{{ .configBlock | trim | indent 8 }}
    }
    {{- end }}
{{- end }}
}
{{- end }}
{{- end -}}

{{/*
The ports of the servers, each once, as a list under "ports": name, port, protocol, servicePort, nodePort,
hostPort. Plain DNS is on UDP and TCP; tls:// and https:// on TCP alone. Port 53 has the names that
everybody looks for.
*/}}
{{- define "byname.ports" -}}
{{- $ports := dict }}
{{- range .Values.servers }}
{{- $server := . }}
{{- $port := default 53 .port | int }}
{{- range default (list (dict "zone" ".")) .zones }}
{{- $protocols := list "TCP" }}
{{- if or (not .scheme) (eq .scheme "dns://") }}{{ $protocols = list "UDP" "TCP" }}{{ end }}
{{- range $protocols }}
{{- $name := printf "%s-%d" (lower .) $port }}
{{- if eq $port 53 }}{{ $name = ternary "dns" "dns-tcp" (eq . "UDP") }}{{ end }}
{{- if not (hasKey $ports $name) }}
{{- $_ := set $ports $name (dict "name" $name "port" $port "protocol" . "servicePort" (default $port $server.servicePort | int) "nodePort" $server.nodePort "hostPort" $server.hostPort) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $list := list }}
{{- range $name := keys $ports | sortAlpha }}
{{- $list = append $list (get $ports $name) }}
{{- end }}
{{- dict "ports" $list | toYaml }}
{{- end -}}
