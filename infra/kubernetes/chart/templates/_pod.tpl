{{- /* What the servers and the sweep have in common. */ -}}

{{- define "gym-http.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "gym-http.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gym-http.labels" -}}
{{ include "gym-http.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "gym-http.checked" -}}
{{- $store := .Values.store | default "" }}
{{- if not $store }}
{{- fail "store is not set: give the bucket that all pods share, such as --set store=s3://BUCKET/PREFIX." }}
{{- end }}
{{- if or (hasPrefix "sqlite:" $store) (hasPrefix "memory:" $store) }}
{{- fail (printf "store is %s, which pods cannot share: give a bucket, such as s3://BUCKET/PREFIX." $store) }}
{{- end }}
{{- if not .Values.signingKeys.secret }}
{{- fail "signingKeys.secret is not set: name a Secret with the keys that sign snapshots." }}
{{- end }}
{{- if not (or .Values.apiKeys.secret .Values.openToAll) }}
{{- fail "apiKeys.secret is not set: name a Secret with API keys, or set openToAll=true to serve anyone." }}
{{- end }}
{{- range $name, $value := .Values.env }}
{{- if has $name (list "GYM_HTTP_STORE" "GYM_HTTP_SIGNING_KEYS" "GYM_HTTP_API_KEYS" "GYM_HTTP_MAX_CALL_SECONDS" "GYM_HTTP_SWEEP") }}
{{- fail (printf "env.%s has a value of its own in this chart: store, signingKeys, apiKeys, maxCallSeconds; the sweep is a job." $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "gym-http.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "gym-http.env" -}}
- {name: GYM_HTTP_STORE, value: {{ .Values.store | quote }}}
- {name: GYM_HTTP_MAX_CALL_SECONDS, value: {{ .Values.maxCallSeconds | quote }}}
- {name: GYM_HTTP_SWEEP, value: "off"}
- name: GYM_HTTP_SIGNING_KEYS
  valueFrom:
    secretKeyRef: {name: {{ .Values.signingKeys.secret }}, key: {{ .Values.signingKeys.key }}}
{{- if .Values.apiKeys.secret }}
- name: GYM_HTTP_API_KEYS
  valueFrom:
    secretKeyRef: {name: {{ .Values.apiKeys.secret }}, key: {{ .Values.apiKeys.key }}}
{{- end }}
{{- if and .Values.ingress.enabled .Values.ingress.host (not (hasKey .Values.env "GYM_HTTP_ALLOWED_HOSTS")) }}
{{- $inside := printf "%s.%s" (include "gym-http.name" .) .Release.Namespace }}
- name: GYM_HTTP_ALLOWED_HOSTS
  value: {{ printf "%s,%s,%s,%s.svc,%s.svc.cluster.local" .Values.ingress.host (include "gym-http.name" .) $inside $inside $inside | quote }}
{{- end }}
- {name: HOME, value: /tmp}
{{- range $name, $value := .Values.env }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "gym-http.envFrom" -}}
{{- with .Values.storeCredentials.secret -}}
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end }}

{{- define "gym-http.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "gym-http.pod" -}}
serviceAccountName: {{ include "gym-http.name" . }}
automountServiceAccountToken: false
# The names of Services are no settings of this server.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  # Trials of environments and OpenGL's caches; the image declares /data for a store that is not used here.
  - {name: tmp, emptyDir: {}}
  - {name: data, emptyDir: {}}
{{- end }}
