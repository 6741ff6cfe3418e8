"""How a report looks in a browser and on paper from it. The colours of the methods are those of the plots."""

from __future__ import annotations

NETWORK, SOA = "#c24e00", "#0069a6"
"""Of headings and rules; as dark as in the light window, so that letters can be read."""

STYLE = f"""
:root {{ color-scheme: light; }}
body {{ font-family: "DejaVu Sans", Verdana, "Segoe UI", sans-serif; font-size: 14px; line-height: 1.5; color: #1b1e23;
  background: #ffffff; max-width: 1080px; margin: 0 auto; padding: 24px 28px 56px; }}
h1 {{ font-size: 25px; line-height: 1.25; margin: 0 0 6px; }}
h2 {{ font-size: 18px; margin: 40px 0 10px; padding-top: 12px; border-top: 2px solid #1b1e23; }}
h3 {{ font-size: 15px; margin: 24px 0 6px; }} h4 {{ font-size: 13px; margin: 14px 0 4px; }}
p {{ margin: 6px 0 10px; max-width: 84ch; }} ul {{ margin: 6px 0 12px; padding-left: 20px; max-width: 84ch; }}
.meta, .caption, figcaption {{ color: #565d67; font-size: 13px; }}
.notice {{ border-left: 5px solid {NETWORK}; background: #fff4ec; padding: 8px 14px; margin: 10px 0; max-width: none; }}
.outcome {{ font-size: 17px; margin: 8px 0 12px; }}
.word-observed, .word-not, .word-inconclusive {{ color: #ffffff; font-weight: bold; padding: 2px 9px; }}
.word-observed {{ background-color: {NETWORK}; }} .word-not {{ background-color: {SOA}; }}
.word-inconclusive {{ background-color: #565d67; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; margin: 8px 0 16px; font-size: 13px; font-variant-numeric: tabular-nums; }}
th, td {{ border: none; border-bottom: 1px solid #e0e3e7; padding: 4px 10px; text-align: right; vertical-align: top; }}
th {{ font-weight: bold; color: #565d67; }} thead tr:last-child th {{ border-bottom: 1px solid #1b1e23; }}
th.word, td.word {{ text-align: left; }} td.word {{ overflow-wrap: anywhere; }}
table.facts th {{ font-weight: normal; min-width: 150px; padding-left: 0; }}
th.network {{ color: {NETWORK}; text-align: center; border-bottom: 2px solid {NETWORK}; }}
th.soa {{ color: {SOA}; text-align: center; border-bottom: 2px solid {SOA}; }}
tr.marked td {{ background: #fff4ec; font-weight: bold; }}
code, pre {{ font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: 12px; overflow-wrap: anywhere; }}
pre {{ background: #f4f5f7; padding: 10px 14px; white-space: pre-wrap; }}
img {{ max-width: 100%; height: auto; }} img.sheet {{ width: 100%; }}
p.picture {{ line-height: 100%; margin: 0; max-width: none; }}
figure {{ margin: 10px 0 22px; }}
.pictures {{ display: flex; flex-wrap: wrap; gap: 12px; }} .pictures figure {{ max-width: 330px; margin: 4px 0; }}
.foot {{ display: none; }}
@page {{ size: A4; margin: 14mm 14mm 18mm; }}
@media print {{ body {{ max-width: none; padding: 0; font-size: 10.5px; }}
  table, .caption, .meta {{ font-size: 9.5px; }}
  h1 {{ font-size: 19px; }} h2 {{ font-size: 14px; margin-top: 22px; }} h3 {{ font-size: 11.5px; }}
  h2, h3, h4 {{ break-after: avoid; }} figure, tr, .notice {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
  .scroll {{ overflow: visible; }} * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  .foot {{ display: block; position: fixed; bottom: -12mm; left: 0; right: 0; font-size: 7.5px; color: #565d67; }} }}
"""
