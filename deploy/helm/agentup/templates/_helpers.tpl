{{- define "agentup.selector" -}}
app.kubernetes.io/name: agentup
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "agentup.labels" -}}
{{ include "agentup.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "agentup.config" -}}
{{ .Values.config | default (.Files.Get "agent_config.yaml") }}
{{- end }}
