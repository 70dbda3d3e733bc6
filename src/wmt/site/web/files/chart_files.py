"""A chart of a page as a file: made at once, written down, then sent."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from wmt.site.audit.record import record
from wmt.site.consistent_read import settled
from wmt.site.web.charts import files
from wmt.site.web.charts.figure import Chart
from wmt.site.web.files import deliver


def send_chart(
    request: HttpRequest, source: deliver.TableOrigin, chart: Chart, kind: str
) -> HttpResponseBase:
    """The file of a chart in a kind of `KINDS`. HEAD does not count."""
    name = deliver.file_name(source, chart.name)
    if request.method == "HEAD":
        return deliver.attached(HttpResponse(content_type=files.CONTENT_TYPES[kind]), name, kind)
    try:
        made = files.svg_file(chart, about(source)) if kind == "svg" else files.png_file(chart, about(source))
    except files.NoFontError as missing:
        context = {"missing": str(missing), "svg": request.get_full_path().replace(".png", ".svg", 1)}
        return render(request, "exports/no_font.jinja", context, status=503)
    # one audit event: who took which chart, of which figures
    settled(request)
    filters = deliver.filters_of(request)
    narrowed = "".join(f", {name} {value}" for name, value in filters)
    what = f"the chart ‘{chart.title}’ of {source.title}"
    sentence = f"{request.user} downloaded {what} as {files.KINDS[kind]}{narrowed}."
    as_at = f"{source.state.as_at:%Y-%m-%dT%H:%M}" if source.state else ""
    after = {"kind": files.KINDS[kind], "chart": chart.title, "figures of": as_at}
    after |= {f"filter {name}": value for name, value in filters}
    record("export", sentence, request=request, level=source.level, code=source.code, after=after)
    return deliver.attached(HttpResponse(made, content_type=files.CONTENT_TYPES[kind]), name, kind)


def about(source: deliver.TableOrigin) -> list[str]:
    """What a chart says of itself wherever it is put: what it is of, as at when, and what it is not."""
    state = source.state
    moment = f" Data from {state.as_at_text}; points rules of {deliver.rules_said(state)}." if state else ""
    return [f"Workload Measurement Tool: {source.title}.{moment}", deliver.NOT]
