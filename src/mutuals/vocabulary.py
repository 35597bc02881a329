"""The closed lists: acts with their tiers, sub-kinds, kinds of reply. See docs/concepts.md for the long form.

The tier says how firmly a page may speak. It follows published human agreement (Zhang, Culbertson & Paritosh,
*Characterizing Online Discussion Using Coarse Discourse Sequences*, ICWSM 2017): where trained people do not
agree, a program does not state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Tier(IntEnum):
    """How firmly a page may speak of an act."""

    SAYS = 1
    """"Ben answered"."""
    READS_LIKE = 2
    """"reads like Ben's own experience"."""
    FOLDED = 3
    """Shown only inside its conversation, folded, with the parent in view, after two readers or a person agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a message can do, said of a span of its words, never of its author.

    Attributes:
        name: The stored word.
        tier: How firmly a page may speak.
        definition: The rule for a reader.
        not_this: What is easily mistaken for it.
        example: Invented words that do it.
        counter_example: Invented words that look like it and do not.
        standard: The published term.
        sub_kinds: The closed list of finer kinds; empty when there are none.
    """

    name: str
    tier: Tier
    definition: str
    not_this: str
    example: str
    counter_example: str
    standard: str
    sub_kinds: tuple[str, ...] = ()


ASK_KINDS = (
    "fact", "recommendation", "opinion", "favour", "coordination", "support", "invitation", "clarify", "rhetorical",
)  # fmt: skip
CAME_BACK_KINDS = ("thanked", "worked", "partly", "did_not_work", "changed_view", "solved_alone")

_SAYS, _LIKE, _FOLD = Tier.SAYS, Tier.READS_LIKE, Tier.FOLDED

_ACTS = (
    Act(name="asks", tier=_SAYS, sub_kinds=ASK_KINDS,
        definition="Seeks something from others; a question mark is neither needed nor enough.",
        not_this="A rhetorical question opens no ask.",
        example="Does anyone know how to keep the pump from freezing?",
        counter_example="Who needs enemies with weather like this?",
        standard="Coarse Discourse question; ISO 24617-2 setQuestion, propositionalQuestion, choiceQuestion, request"),
    Act(name="answers", tier=_SAYS,
        definition="Gives what the nearest ask above it sought, advice included.",
        not_this="Answering a clarifying question is not help.",
        example="Lag the pipe and leave the tap dripping.",
        counter_example="Following this, same here.",
        standard="Coarse Discourse answer; ISO 24617-2 inform, suggest; MSDialog PA"),
    Act(name="thanks", tier=_SAYS,
        definition="Gratitude addressed to someone, for something done.",
        not_this="Sign-offs, thanks in advance, sarcasm.",
        example="Thank you Ben, that saved the queen.",
        counter_example="Thanks in advance!",
        standard="Coarse Discourse appreciation; ISO 24617-2 thanking"),
    Act(name="praises", tier=_SAYS,
        definition="Approval of a person or their work, said to or about someone else.",
        not_this="Self-praise; praise that sells.",
        example="Beautiful work on the mill door, Cai.",
        counter_example="Our new cream is amazing, order today.",
        standard="Coarse Discourse appreciation; CMC Act Taxonomy Congratulate"),
    Act(name="source", tier=_SAYS,
        definition="Gives a link, a citation, a file and line.",
        not_this="The author's own shop.",
        example="It is described in https://example.org/winter-notes",
        counter_example="I read it somewhere.",
        standard="structural"),
    Act(name="came_back", tier=_SAYS, sub_kinds=CAME_BACK_KINDS,
        definition="By the asker, after a response: says what became of it.",
        not_this="A new question.",
        example="Did it. All alive in March.",
        counter_example="And how do I do the second one?",
        standard="MSDialog PF/NF; ChangeMyView delta"),
    Act(name="experience", tier=_LIKE,
        definition="Tells specific events that the writer lived through.",
        not_this="General opinion.",
        example="Mine died the first year, I wrapped too late.",
        counter_example="People usually wrap too late.",
        standard="ESConv self-disclosure; StorySeeker story"),
    Act(name="comforts", tier=_LIKE, sub_kinds=("phrase",),
        definition="Sympathy, care, encouragement.",
        not_this="Set phrases alone are sub-kind `phrase`.",
        example="I am so sorry about your hives, Jo, you did all you could.",
        counter_example="Good luck",
        standard="emotional support (OffMyChest, EPITOME)"),
    Act(name="agrees", tier=_LIKE,
        definition="Confirms what was said.",
        not_this="Agreeing to do something is `offers`.",
        example="Ben is right.",
        counter_example="I will agree to Tuesday.",
        standard="Coarse Discourse agreement"),
    Act(name="adds", tier=_LIKE,
        definition="Extends what was said without judging it.",
        not_this="A correction.",
        example="And do the same for the small hive.",
        counter_example="No, it should be at the side.",
        standard="Coarse Discourse elaboration"),
    Act(name="offers", tier=_LIKE,
        definition="Commits own effort to the need.",
        not_this="Advice is `answers`.",
        example="I'll come by tonight with a ladder.",
        counter_example="You should get a ladder.",
        standard="ISO 24617-2 offer, promise"),
    Act(name="did", tier=_LIKE,
        definition="Reports having done something for the need.",
        not_this="Having done it for oneself.",
        example="I've mended your gate, the hinge was loose.",
        counter_example="I mended mine last year.",
        standard="ISO 24617-2 inform (of a kept promise)"),
    Act(name="rallies", tier=_LIKE,
        definition="Asks others to help this person.",
        not_this="Asking for oneself.",
        example="Jo needs hands on Sunday, who else can come?",
        counter_example="I need hands on Sunday.",
        standard="mobilisation request"),
    Act(name="credits", tier=_LIKE,
        definition="Names whom: says that something is due to them.",
        not_this="A bare mention.",
        example="The drawing is Fay's, I only built it.",
        counter_example="Fay was there too.",
        standard="trust sign"),
    Act(name="vouches", tier=_LIKE,
        definition="Recommends a person.",
        not_this="Recommending a thing.",
        example="Ask Ben, he really knows roofs.",
        counter_example="I recommend the blue one.",
        standard="trust sign"),
    Act(name="defends", tier=_LIKE,
        definition="Stands by a person who is spoken against.",
        not_this="Defending an opinion.",
        example="That is unfair to Ira, she stayed the whole night.",
        counter_example="I stand by what I wrote.",
        standard="trust sign"),
    Act(name="confides", tier=_LIKE,
        definition="Tells someone something private about oneself. Only in a personal library.",
        not_this="Telling everyone.",
        example="I have told nobody else that I may have to sell.",
        counter_example="I sold it last week.",
        standard="emotional disclosure"),
    Act(name="corrects", tier=_LIKE,
        definition="Says what is wrong and what is right.",
        not_this="Disagreeing about taste.",
        example="It is the left valve, not the right one.",
        counter_example="I would not do that.",
        standard="STAC correction"),
    Act(name="concedes", tier=_LIKE,
        definition="Takes a correction.",
        not_this="Thanking for one without taking it.",
        example="Fair, the side is safer in rain.",
        counter_example="Thanks, but I still think so.",
        standard="WikiTactics conceding"),
    Act(name="welcomes", tier=_LIKE,
        definition="Greets a newcomer.",
        not_this="A greeting to everyone.",
        example="Welcome to the village, Noor.",
        counter_example="You're welcome.",
        standard="CMC Act Taxonomy Greet"),
    Act(name="announces", tier=_LIKE,
        definition="Unprompted news to everyone, usually opening a conversation.",
        not_this="News asked for.",
        example="The footbridge is open again.",
        counter_example="Yes, it is open again.",
        standard="Coarse Discourse announcement"),
    Act(name="disagrees", tier=_FOLD,
        definition="Objects to the point.",
        not_this="A correction of fact.",
        example="I see why, but I would not close the road.",
        counter_example="It is the other road.",
        standard="Coarse Discourse disagreement"),
    Act(name="jokes", tier=_FOLD,
        definition="Means to amuse; shown as \"might be joking\".",
        not_this="A cheerful tone.",
        example="Have you tried asking the bees nicely?",
        counter_example="Happy to help :)",
        standard="Coarse Discourse humour"),
    Act(name="dismisses", tier=_FOLD,
        definition="Reacts without taking up the merits.",
        not_this="Disagreement with a reason.",
        example="oh great, another bee question",
        counter_example="This was answered in May, see there.",
        standard="Coarse Discourse negative reaction"),
    Act(name="promotes", tier=_FOLD,
        definition="Sells or steers elsewhere for the writer's own gain.",
        not_this="Naming a tool in an answer.",
        example="20% off all hive coats in my shop this week",
        counter_example="A hive coat helps.",
        standard="none published: ours"),
)  # fmt: skip

ACTS: dict[str, Act] = {act.name: act for act in _ACTS}
"""Every act by its name. `unread` is no act: it is the mark of a message that no reader could read."""

REPLY_KINDS = ("explicit", "quoted", "inferred")
"""How a reply link is known: the platform's own, a quote of the other message, or worked out."""

RESPONSE_KINDS = (
    "answers", "experience", "source", "offers", "did", "rallies", "comforts", "asks", "agrees", "adds", "corrects",
    "praises", "thanks", "welcomes", "disagrees", "jokes", "dismisses", "promotes", "other", "unread",
)  # fmt: skip
"""The one fixed order in which kinds of response are shown. `asks` here is a clarifying question."""

NEVER = (
    "emotion", "mood", "mental health", "physical health", "sexuality", "age", "politics", "religion", "ethnicity",
    "finances", "personality", "trustworthiness", "influence", "closeness", "sentiment",
)  # fmt: skip
"""Never in the vocabulary, also not as someone's own kind."""
