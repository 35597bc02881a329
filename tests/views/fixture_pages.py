"""Invented pages of an invented village, for tests of what is shown; no library stands behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from mutuals.errors import AmbiguousName, PersonNotFound, UtteranceNotFound
from mutuals.model import Person, Quote
from mutuals.views.pages import (
    AskMoment,
    BetweenPage,
    CameBack,
    ConfirmedAnswer,
    Hand,
    HelpMoment,
    KindOfResponse,
    Moment,
    MomentPage,
    MomentsPage,
    PeoplePage,
    PersonPage,
    PersonSaid,
    PlaceFacts,
    PlacesPage,
    PraiseMoment,
    ProblemFacts,
    ProblemsPage,
    Said,
    Strand,
    ThreadEntry,
    ThreadPage,
    TodayPage,
)

PLACE = "Lindenbrook list"
COVERAGE = ("Lindenbrook list: complete from 3 January 2024 to 30 June 2024, as far as the archive itself says.",)
_START = datetime(2024, 3, 2, 9, 15, tzinfo=UTC)


def person(name: str, handle: str | None = None, *, bot: bool = False) -> Person:
    """Someone of the village."""
    return Person(id=f"list:{name.lower()}", name=name, handle=handle, is_automated=bot)


ANA, BEN, CAI, FAY = person("Ana"), person("Ben", "ben42"), person("Cai Morgan"), person("Fay")
JO, IRA, NOOR = person("Jo"), person("Ira"), person("نور")
LONG = person("Maximiliana-Philippa Featherstonehaugh of the Upper Meadows")
ROBOT = person("gatekeeper", bot=True)
WEN = person("文字花子")


def quote(who: Person, words: str, *, hours: int = 0, utterance: str | None = None, url: str | None = None) -> Quote:
    """Words as a page quotes them."""
    is_rtl = "\u0600" <= words[:1] <= "\u06ff"
    identifier = utterance or f"list:<{who.name.lower()[:3]}-{hours}@lindenbrook.example>"
    return Quote(
        exact=words,
        start=4,
        end=4 + len(words),
        utterance=identifier,
        conversation="list:<ana-0@lindenbrook.example>",
        person=who,
        written_at=_START + timedelta(hours=hours),
        place=PLACE,
        title="Wrapping hives for 2 winters",
        url=url or f"https://lists.lindenbrook.example/m/{hours}",
        lang="ar" if is_rtl else "en",
        direction="rtl" if is_rtl else "ltr",
    )


ASK = quote(
    ANA, "How do you bring a hive through a wet winter? I lost both of mine last year, and I would rather not again."
)
BEN_ANSWER = quote(BEN, "Wrap it two weeks before the first frost, and leave the upper vent open.", hours=3)
CAI_ANSWER = quote(
    CAI, "Tilt the whole box a little forward so that the rain runs out. Nothing else helped mine.", hours=5
)
NOOR_ANSWER = quote(NOOR, "ضعها في مكان جاف بعيدا عن الريح.", hours=6)
IRA_STORY = quote(IRA, "Mine drowned in 2019. I had shut every hole, and the damp stayed in.", hours=7)
FAY_OFFER = quote(FAY, "I'll come by on Saturday with straw, if you like.", hours=9)
LONG_SOURCE = quote(
    LONG,
    "It is all in https://notes.lindenbrook.example/keeping/winter/2021/the-very-long-path-of-a-page-that-nobody-shortened?with=queries",
    hours=11,
)
WAVED = quote(JO, "oh good, the yearly bee question", hours=12)
BACK = quote(ANA, "Did as Ben said. All alive in March.", hours=700)

ASK_MOMENT = AskMoment(
    ask=ASK,
    sub_kind="fact",
    silence="answered",
    kinds=(
        KindOfResponse(
            kind="answers",
            heading="Answered",
            entries=(
                PersonSaid(person=BEN, first=BEN_ANSWER, again=(quote(BEN, "And feed them early.", hours=30),)),
                PersonSaid(person=CAI, first=CAI_ANSWER),
                PersonSaid(person=NOOR, first=NOOR_ANSWER),
            ),
        ),
        KindOfResponse(
            kind="experience",
            heading="Reads like their own experience",
            entries=(PersonSaid(person=IRA, first=IRA_STORY),),
        ),
        KindOfResponse(kind="source", heading="Gave a source", entries=(PersonSaid(person=LONG, first=LONG_SOURCE),)),
        KindOfResponse(
            kind="offers",
            heading="Reads like an offer of help",
            entries=(
                PersonSaid(person=FAY, first=FAY_OFFER),
                PersonSaid(person=WEN, first=quote(WEN, "I can lend a stand.", hours=10)),
            ),
        ),
        KindOfResponse(
            kind="dismisses",
            heading="Perhaps waved it away",
            entries=(PersonSaid(person=JO, first=WAVED),),
            is_folded=True,
        ),
    ),
    automated=(PersonSaid(person=ROBOT, first=quote(ROBOT, "Your message was posted.", hours=1)),),
    came_back=(CameBack(outcome="worked", quote=BACK, answer=BEN_ANSWER, answer_how="explicit"),),
    confirmed=(ConfirmedAnswer(answer=BEN_ANSWER, by="asker", words=BACK),),
)
PRAISE = quote(BEN, "Fay stood in the rain until the last roof was on. I have not seen the like.", hours=40)
PRAISE_MOMENT = PraiseMoment(
    praise=Said(act="praises", quote=PRAISE, origin="cues 1"),
    praised=FAY,
    chimes=(
        Said(act="agrees", quote=quote(IRA, "She did the same at ours.", hours=42), hedge="reads like"),
        Said(act="thanks", quote=quote(JO, "Thank you, Fay. The hall is dry.", hours=44)),
    ),
    praised_replied=quote(FAY, "It was Cai who held the ladder.", hours=50),
)
HELP_MOMENT = HelpMoment(
    help=Said(act="offers", quote=FAY_OFFER, hedge="reads like"),
    need=ASK,
    helped=ANA,
    hands=(
        Hand(quote=quote(JO, "I can bring the cart, as Fay has the straw.", hours=13), link="named_you"),
        Hand(quote=quote(WEN, "I can lend a stand.", hours=10), link="same_need_after_you"),
        Hand(quote=BEN_ANSWER, link="was_there_before_you"),
        Hand(quote=CAI_ANSWER, link="was_there_before_you"),
    ),
    came_back=(CameBack(outcome="thanked", quote=quote(ANA, "Thank you all, that was a good Saturday.", hours=200)),),
)
WAITING = quote(JO, "Would anyone lend me a long saw for the fallen ash?", hours=60, url="javascript:alert(1)")
WAITING_MOMENT = AskMoment(
    ask=WAITING,
    sub_kind="favour",
    kinds=(),
    silence="silent",
    silence_note="No one here has answered yet. The archive is complete to 30 June 2024.",
)


def crowd(size: int) -> AskMoment:
    """The ask with this many people answering."""
    people = [person(f"{'Qrst'[i % 4]}{'aeiou' * (1 + i % 3)} {chr(97 + i % 26)}{i}") for i in range(size)]
    entries = tuple(PersonSaid(person=one, first=quote(one, "Yes.", hours=i)) for i, one in enumerate(people))
    return replace(
        ASK_MOMENT, kinds=(KindOfResponse(kind="answers", heading="Answered", entries=entries),), came_back=()
    )


def _entry(words: Quote, level: int, parent: str | None, *said: Said, **more: object) -> ThreadEntry:
    how = "explicit" if parent else None
    entry = ThreadEntry(utterance=words.utterance, parent=parent, how=how, level=level, quote=words, said=said)
    return replace(entry, **more)  # type: ignore[arg-type]


_CODE_TEXT = """This prints the frost nights of your valley:

frost --valley lindenbrook --from november --until march --columns night,low,high | less

Read it before you wrap."""
_CODE_START = _CODE_TEXT.index("frost --valley")
_CODE = (_CODE_START, _CODE_TEXT.index("\n\nRead"))
_CODED = replace(quote(IRA, _CODE_TEXT, hours=15), start=0, end=len(_CODE_TEXT))

ENTRIES = (
    _entry(ASK, 0, None, Said(act="asks", quote=ASK, sub_kind="fact")),
    _entry(BEN_ANSWER, 1, ASK.utterance, Said(act="answers", quote=BEN_ANSWER), Said(act="source", quote=BEN_ANSWER)),
    _entry(
        BACK,
        2,
        BEN_ANSWER.utterance,
        Said(act="came_back", quote=BACK, sub_kind="worked"),
        Said(act="thanks", quote=BACK),
    ),
    _entry(CAI_ANSWER, 1, ASK.utterance, Said(act="answers", quote=CAI_ANSWER)),
    ThreadEntry(utterance="list:<lost@x>", parent=ASK.utterance, how="explicit", level=1, quote=None, state="gap"),
    _entry(IRA_STORY, 2, "list:<lost@x>", Said(act="experience", quote=IRA_STORY, hedge="reads like")),
    _entry(_CODED, 3, IRA_STORY.utterance, code=_CODE),
    _entry(NOOR_ANSWER, 4, _CODED.utterance, state="unread", how="inferred"),
    ThreadEntry(utterance="list:<gone@x>", parent=ASK.utterance, how="explicit", level=1, quote=None, state="deleted"),
    _entry(WAVED, 1, ASK.utterance, folded=(Said(act="dismisses", quote=WAVED, hedge="perhaps", answers=ASK),)),
    _entry(LONG_SOURCE, 9, WAVED.utterance, Said(act="source", quote=LONG_SOURCE)),
)


class FixturePages:
    """A `PageMaker` over the pages above; it keeps the corrections it is given."""

    def __init__(self) -> None:
        self.corrections: list[tuple[str, str, str]] = []

    def today(self) -> TodayPage:
        """The open ask, a praise, and what waits."""
        return TodayPage(
            until=_START + timedelta(days=90),
            scenes=(ASK_MOMENT, PRAISE_MOMENT),
            open_asks=(WAITING,),
            unknown_asks=(quote(CAI, "Who has the key of the mill?", hours=80),),
            answered=(
                ConfirmedAnswer(answer=BEN_ANSWER, by="asker", words=BACK),
                ConfirmedAnswer(answer=CAI_ANSWER, by="platform"),
            ),
            thanks_to_return=(FAY_OFFER,),
            coverage=COVERAGE,
        )

    def moments(self, kind: Literal["ask", "praise", "help"], cursor: str | None = None) -> MomentsPage:
        """Lists of one page with a cursor to the next."""
        words = {"ask": (WAITING, ASK), "praise": (PRAISE,), "help": (FAY_OFFER, CAI_ANSWER, NOOR_ANSWER)}[kind]
        return MomentsPage(
            kind=kind,
            heading={"ask": "Asked", "praise": "Praised", "help": "Reached out"}[kind],
            quotes=words,
            toward=tuple({"ask": None, "praise": FAY, "help": ANA}[kind] for _ in words),
            notes=tuple("No one here has answered yet." if one is WAITING else "" for one in words),
            newer=None if cursor is None else "bmV3",
            older="b2xkZXI",
            coverage=COVERAGE,
        )

    def moment(self, utterance: str) -> MomentPage:
        """Any of the moments above, by its message."""
        known: dict[str, tuple[Moment, ...]] = {
            ASK.utterance: (ASK_MOMENT,),
            PRAISE.utterance: (PRAISE_MOMENT,),
            FAY_OFFER.utterance: (HELP_MOMENT,),
            WAITING.utterance: (WAITING_MOMENT,),
            "list:crowd": (crowd(60),),
        }
        if utterance not in known:
            raise UtteranceNotFound(f"No message has the id {utterance}. Search for its words instead.")
        return MomentPage(utterance=utterance, conversation=ASK.conversation, title=ASK.title, moments=known[utterance])

    def thread(self, conversation: str, *, flat: bool = False, cursor: str | None = None) -> ThreadPage:
        """The whole conversation, gaps and all."""
        return ThreadPage(
            conversation=conversation,
            title=ASK.title,
            place=PLACE,
            url="https://lists.lindenbrook.example/t/1",
            entries=ENTRIES,
            has_inferred=True,
            coverage=COVERAGE,
            older="b2xkZXI",
        )

    def people(self, letter: str | None = None, cursor: str | None = None) -> PeoplePage:
        """Everyone, in order of name."""
        everyone = (ANA, BEN, CAI, FAY, ROBOT, IRA, JO, LONG, NOOR, WEN)
        return PeoplePage(
            people=everyone, letter=letter, letters=("A", "B", "C", "F", "G", "I", "J", "M", "ن", "文"), older="b2xkZXI"
        )

    def person(self, identifier: str) -> PersonPage:
        """Ben; his bare name is taken twice."""
        if identifier == "Ben":
            raise AmbiguousName("Ben is the name of list:ben and list:ben2. Give the id.")
        if identifier not in {BEN.id, FAY.id}:
            raise PersonNotFound(f"Nobody here is called {identifier}.")
        return PersonPage(
            person=BEN,
            asked=(Said(act="asks", quote=quote(BEN, "Who has a spare bung?", hours=90)),),
            answered=(Said(act="answers", quote=BEN_ANSWER, answers=ASK),),
            helped=(
                Said(
                    act="offers",
                    quote=quote(BEN, "I can fetch it on Sunday.", hours=95),
                    hedge="reads like",
                    answers=WAITING,
                ),
            ),
            thanked_others=(Said(act="praises", quote=PRAISE),),
            others_said=(Said(act="thanks", quote=BACK, answers=BEN_ANSWER),),
            worked_for_the_asker=(ConfirmedAnswer(answer=BEN_ANSWER, by="asker", words=BACK),),
            coverage=COVERAGE,
        )

    def between(self, first: str, second: str) -> BetweenPage:
        """Ana and Ben, whoever is asked for."""
        return BetweenPage(
            first=ANA,
            second=BEN,
            strands=(
                Strand(what="asks", said_by=ANA, quote=ASK),
                Strand(what="answers", said_by=BEN, quote=BEN_ANSWER, answers=ASK),
                Strand(what="acted_on_advice", said_by=ANA, quote=BACK, answers=BEN_ANSWER),
            ),
            stages=(
                Strand(what="met", said_by=BEN, quote=BEN_ANSWER),
                Strand(what="exchanged", said_by=ANA, quote=BACK),
            ),
            quiet_since=_START + timedelta(days=60),
            coverage=COVERAGE,
        )

    def places(self) -> PlacesPage:
        """Two places."""
        facts = PlaceFacts(
            place="list:lindenbrook",
            name=PLACE,
            source="mbox",
            utterances=1843,
            speakers=57,
            conversations=312,
            replies_explicit=1402,
            replies_quoted=31,
            replies_inferred=0,
            gaps=12,
            problems=4,
            coverage=COVERAGE[0],
        )
        return PlacesPage(
            places=(
                facts,
                replace(facts, place="forum:mill", name="Mill forum 2", coverage="Partial; 14 files were cut short."),
            )
        )

    def problems(self, cursor: str | None = None) -> ProblemsPage:
        """Two problems."""
        problem = ProblemFacts(
            kind="bad-time",
            where="lindenbrook-2024.mbox, line 8812",
            message="The date of this message could not be read: expected a date, found words.",
            place=None,
            excerpt="Date: the 31st of Never",
            is_lost=False,
        )
        return ProblemsPage(
            problems=(
                problem,
                replace(problem, is_lost=True, kind="truncated", message="The file ends 40 bytes early."),
            )
        )

    def correct(self, utterance: str, act: str, verdict: str) -> None:
        """Keeps the correction."""
        self.corrections.append((utterance, act, verdict))


PATHS = (
    "/",
    "/asked",
    "/praised",
    "/helped",
    "/moment/list%3A%3Cana-0%40lindenbrook.example%3E",
    "/moment/list%3A%3Cben-40%40lindenbrook.example%3E",
    "/moment/list%3A%3Cfay-9%40lindenbrook.example%3E",
    "/moment/list%3A%3Cjo-60%40lindenbrook.example%3E",
    "/moment/list%3Acrowd",
    "/conversation/list%3A%3Cana-0%40lindenbrook.example%3E",
    "/conversation/list%3A%3Cana-0%40lindenbrook.example%3E?flat=1",
    "/people",
    "/person/list%3Aben",
    "/between?a=Ana&b=Ben",
    "/places",
    "/problems",
    "/noted?back=/",
)
"""Every page there is, by its address."""
