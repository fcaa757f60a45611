"""Long work on the screen: how far it is, stopping it, going on, and nobody else's."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.template import Context
from django.urls import reverse
from django.utils import translation

from rentbook.backoffice.jobs import JobsPanel, progress_text
from rentbook.kernel import clock
from rentbook.kernel.jobs import Job, Work, resume_job, run_jobs, start_job, stop_job, working, works
from tests.factories import staff_of

DOORS = ("inspect", "progress", "history")


@pytest.fixture
def work():
    """A work for numbers: it refuses those that end in 7."""

    def refuse_sevens(landlord, keys, by):
        if sevens := [key for key in keys if key % 10 == 7]:
            raise ValidationError(f"Number {sevens[0]} does not want to.")

    with works.temporarily(Work("contact.count", "Count people", refuse_sevens)) as work:
        yield work


@pytest.fixture
def job(landlord, alice, work):
    return start_job(landlord=landlord, work=work.name, keys=range(1, 1201), by=alice)


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def at(door: str, job: Job) -> str:
    return reverse(f"job:{door}", args=[job.pk])


def half_done(job: Job, *, done: int = 3398, ago: timedelta = timedelta(seconds=20)) -> Job:
    """The job as it is in the middle of a worker's turn that began some time ago: 10,000 keys, two of them refused."""
    working._claim(job.pk)
    own = Job.unscoped.filter(pk=job.pk)
    own.update(total=10_000, done=done, failed=2, started_at=clock.now() - ago)
    return own.get()


def home_panel(user) -> str:
    return JobsPanel(user).render_html(Context())


# --- The page -------------------------------------------------------------------------------------------------------


def test_how_far_it_is_is_said_in_one_sentence(job, travel):
    travel(clock.now())
    assert progress_text(job) == "0 of 1,200"
    assert progress_text(half_done(job)) == "3,400 of 10,000, 2 failed, about 39 s left"
    slow = half_done(job, done=998, ago=timedelta(minutes=5))
    assert progress_text(slow) == "1,000 of 10,000, 2 failed, about 45 min left"


@pytest.mark.parametrize("language", ["sw", "fr", "ar"])
def test_the_sentence_has_its_figures_in_every_language(job, travel, language):
    travel(clock.now())
    job = half_done(job)
    with translation.override(language):
        text = progress_text(job).replace("\xa0", ",").replace("\u202f", ",").replace(" ", ",")
    assert all(figure in text for figure in ("3,400", "10,000", "2", "39"))


def test_the_page_looks_again_by_itself_with_and_without_a_script_until_the_job_has_ended(signed_in, job):
    page = signed_in.get(at("inspect", job)).content.decode()
    assert f'data-job="{at("progress", job)}"' in page
    assert 'aria-live="polite"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert "backoffice/job.js" in page
    run_jobs()
    page = signed_in.get(at("inspect", job)).content.decode()
    assert not any(sign in page for sign in ("data-job=", "http-equiv", "job.js"))


def test_the_part_that_is_fetched_is_small_and_says_when_to_stop_asking(signed_in, job):
    part = signed_in.get(at("progress", job)).content.decode()
    assert '<progress value="0" max="1200"' in part
    assert "<html" not in part
    assert "data-ended" not in part
    run_jobs()
    part = signed_in.get(at("progress", job)).content.decode()
    assert '<progress value="1200" max="1200"' in part
    assert "1,200 of 1,200, 120 failed" in part
    assert "data-ended" in part


def test_what_was_refused_is_told_with_how_many_more(signed_in, job):
    run_jobs()
    page = signed_in.get(at("inspect", job)).content.decode()
    assert "Number 7 does not want to." in page
    assert "Number 497 does not want to." in page
    assert "Number 507 does not want to." not in page
    assert "and 70 more" in page


def test_the_page_leads_back_to_the_list_that_the_rows_are_in(signed_in, job):
    assert f'href="{reverse("contact:index")}"' in signed_in.get(at("inspect", job)).content.decode()


def test_a_job_of_a_work_that_is_gone_leads_back_to_the_jobs(signed_in, landlord):
    orphan = Job.unscoped.create(landlord=landlord, name="parking.tow")
    assert signed_in.get(at("inspect", orphan)).status_code == 200
    assert f'href="{reverse("job:index")}"' in signed_in.get(at("inspect", orphan)).content.decode()


# --- Stop and resume ------------------------------------------------------------------------------------------------


def test_a_press_stops_it_and_another_lets_it_go_on(signed_in, job):
    assert at("stop", job) in signed_in.get(at("inspect", job)).content.decode()
    page = signed_in.post(at("stop", job), follow=True).content.decode()
    assert Job.unscoped.get(pk=job.pk).state == "stopped"
    assert at("resume", job) in page
    assert at("stop", job) not in page
    signed_in.post(at("resume", job))
    run_jobs()
    assert Job.unscoped.get(pk=job.pk).state == "done"
    page = signed_in.get(at("inspect", job)).content.decode()
    assert at("stop", job) not in page
    assert at("resume", job) not in page


def test_a_running_job_is_asked_to_stop_once_and_says_so(signed_in, job):
    working._claim(job.pk)
    page = signed_in.post(at("stop", job), follow=True).content.decode()
    assert "0 of 1,200, stopping" in page
    assert at("stop", job) not in page


def test_a_press_that_comes_too_late_is_answered_by_a_sentence(signed_in, job):
    run_jobs()
    assert "Count people: 1,200 is done" in signed_in.post(at("stop", job), follow=True).content.decode()


def test_looking_at_the_buttons_addresses_moves_nothing(signed_in, job):
    assert [signed_in.get(at(door, job)).status_code for door in ("stop", "resume")] == [405, 405]
    assert Job.unscoped.get(pk=job.pk).state == "queued"


def test_who_only_looks_at_the_book_sees_the_progress_and_no_button(client, job, landlord):
    client.force_login(staff_of(landlord, role="owner"))
    page = client.get(at("inspect", job)).content.decode()
    assert "0 of 1,200" in page
    assert at("stop", job) not in page
    assert client.post(at("stop", job)).status_code in {302, 403}
    assert Job.unscoped.get(pk=job.pk).state == "queued"


def test_a_neighbours_job_is_404_at_every_door(client, job, bob):
    client.force_login(bob)
    assert {client.get(at(door, job)).status_code for door in DOORS} == {404}
    assert {client.post(at(door, job)).status_code for door in ("stop", "resume")} == {404}
    assert Job.unscoped.get(pk=job.pk).state == "queued"


# --- The home -------------------------------------------------------------------------------------------------------


def test_the_home_shows_what_runs_and_what_ended_since_yesterday(landlord, alice, work, job, travel):
    travel(clock.now() - timedelta(days=2))
    old = stop_job(job=start_job(landlord=landlord, work=work.name, keys=[1, 2], by=alice), by=alice)
    travel(clock.now() + timedelta(days=2))
    short = start_job(landlord=landlord, work=work.name, keys=[1], by=alice)
    stop_job(job=short, by=alice)
    panel = home_panel(alice)
    assert panel.index(at("inspect", job)) < panel.index(at("inspect", short))
    assert "0 of 1,200" in panel
    assert at("inspect", old) not in panel
    resume_job(job=old, by=alice)
    assert at("inspect", old) in home_panel(alice)


def test_the_home_shows_at_most_five_by_one_query(landlord, alice, work, django_assert_num_queries):
    for number in range(1, 8):
        start_job(landlord=landlord, work=work.name, keys=range(number), by=alice)
    with django_assert_num_queries(1):
        assert home_panel(alice).count("<li>") == 5


def test_the_home_says_nothing_where_there_is_no_long_work_of_ones_own(job, bob, charlie):
    assert home_panel(bob).strip() == home_panel(charlie).strip() == ""
