"""The HTML report: every number and every notice, in one file that loads nothing and runs nothing."""

import re
from html.parser import HTMLParser

import pytest

from stabview.report import wording
from stabview.report.html import html_text, write_html
from stabview.report.outcome import summary
from stabview.report.write import complete


class Reader(HTMLParser):
    """Collects visible text and addresses, and that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in ("img", "meta", "br"):
            self.open.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        assert tag != "script"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(text: str) -> tuple[str, Reader]:
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    return re.sub(r"\s+", " ", " ".join(reader.words)), reader


@pytest.fixture
def report(outcome) -> str:
    return html_text(
        complete(outcome.result), {"a picture": b"PNG"}, {"a plot": "<svg/>"}, study=outcome.study, scene=outcome.scene
    )


def test_the_numbers_are_in_the_report(report, outcome):
    text, _ = read(report)
    for iterate in outcome.result["iterates"]:
        for method in ("network", "soa"):
            assert f"{iterate[method]['psnr']:.2f}" in text
    for word in ("0.1234", "0.8765", "0.6543", "0.9100", "131.25", "ab" * 32, "cd" * 32, "CPU, 2 threads", "12.5"):
        assert word in text
    assert "made-up <head>" in text, "titles are shown as they are"


def test_every_notice_and_definition_is_in_the_report(report):
    text, _ = read(report)
    assert "Research and education only. Not for diagnosis." in text
    assert "strength of attack not established" in text
    for sentence in (*wording.NOTICES, *wording.LIMITATIONS, wording.CRITERION, wording.SIMULATED, wording.NOISELESS):
        assert sentence in text
    for measure in ("psnr", "ssim", "change", "amplification"):
        assert wording.MEASURES[measure][1] in text


def test_the_report_needs_nothing_beside_it(report):
    _, reader = read(report)
    assert len(reader.addresses) == 2
    assert all(address.startswith("data:image/") for address in reader.addresses)
    assert "@import" not in report and "url(" not in report


def test_the_protocol_tells_what_was_changed(report):
    text, _ = read(report)
    assert "[perturbation] steps 5 changed" in text
    assert "[sampling] rate 0.33 default" in text
    assert "views" not in text.partition("Test protocol")[2].partition("Results")[0]


def test_the_outcome_is_told_in_numbers_without_a_verdict(outcome):
    result = complete(outcome.result)
    lines = " ".join(summary(result))
    assert "OBSERVED at iterate 1" in lines
    for iterate in result["iterates"]:
        iterate["network"]["psnr"] = 38.0
    assert "NOT FOUND WITHIN BUDGET" in " ".join(summary(result))
    for iterate in result["iterates"]:
        del iterate["network"]["psnr"]
    assert "INCONCLUSIVE" in " ".join(summary(result))
    for word in ("safe", "certified", "pass", "stable"):
        assert word not in lines.lower()


def test_a_long_search_is_thinned_out_but_keeps_the_marked_iterate(outcome, tmp_path):
    first = dict(outcome.result["iterates"][0])
    outcome.result["iterates"] = [{**first, "index": j, "relative_norm": j / 1e4} for j in range(1000)]
    outcome.result["iterates"][777] |= {"network": {"psnr": 11.11}}
    path = tmp_path / "report.html"
    write_html(complete(outcome.result), {}, {}, path)
    text, _ = read(path.read_text(encoding="utf-8"))
    assert "777 7.77" in text and "11.11" in text and "of 1000 iterates are shown" in text
    assert text.count(" 0.9100 ") < 200


def test_the_order_is_outcome_and_pictures_numbers_protocol_item_data_reproduction(report):
    headings = re.findall(r"<h2>\d+\. (.*?)</h2>", report)
    wanted = ["Outcome", "Pictures", "Numbers", "Test protocol", "Item under test", "Comparator", "Input data",
              "Forward model", "Deviations", "Limitations", "Identity and reproduction", "Definitions"]  # fmt: skip
    assert all(heading.startswith(word) for heading, word in zip(headings, wanted, strict=True))
    before = report.partition("<h2>1.")[0]
    assert "Not for diagnosis" in before and "Report " in before, "who sees page 1 alone sees what it is"


def test_the_word_of_the_outcome_and_the_figures_beside_it_come_first(report, outcome):
    first = report.partition("<h2>1. Outcome")[2].partition("<h2>2.")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", first.replace("&nbsp;", " ")))
    loss = outcome.result["iterates"][0]["network"]["psnr"] - outcome.result["iterates"][-1]["network"]["psnr"]
    assert "OBSERVED" in text and "first loss of 5 dB" in text and f"−{loss:.2f} dB" in text


def test_what_is_said_of_limits_follows_the_study(outcome):
    from dataclasses import replace

    def limits(**changes):
        study = replace(outcome.study, sampling=replace(outcome.study.sampling, **changes))
        text, _ = read(html_text(complete(outcome.result), {}, {}, study=study, scene=outcome.scene))
        return text.partition("Limitations")[2].partition("Identity and reproduction")[0]

    assert "inverse crime" in limits() and "inverse crime" not in limits(finer=2)
    assert wording.NOISELESS in limits() and wording.NOISELESS not in limits(noise=0.01)
    assert "No random perturbations of the same norm were tried" in limits()
    outcome.result["validity"] = {
        "strength": "grade 2", "outcome": "observed", "image": "this image",
        "checks": [{"name": "random noise", "passed": True, "sentence": "20 noises cost 0.1 dB at most."}],
    }  # fmt: skip
    assert "No random perturbations" not in limits()


def test_the_lines_of_a_replay_name_threads_and_device(outcome):
    outcome.result["provenance"] |= {"threads": 2}
    text, _ = read(html_text(complete(outcome.result), {}, {}, study=outcome.study, scene=outcome.scene))
    assert "stabview verify result.json --threads 2 --device cpu" in text
