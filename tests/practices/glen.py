"""What was said in a glen: a well rope, a rhetorical question, praise for a ferrywoman, a flooded mill."""

from __future__ import annotations

from tests.practices.fixture import Talk, does


def glen() -> Talk:
    """All of it, with what a careful reader would have read."""
    talk = Talk(bots={"greeter"})
    _well(talk)
    _quiet(talk)
    _ferry(talk)
    _mill(talk)
    _later(talk)
    return talk


def _well(talk: Talk) -> None:
    talk.say("well", "noor", "How do we stop the well rope fraying? @tam yours never does",
             does("asks", "fact", words="How do we stop the well rope fraying?"), mentions=("tam",))  # fmt: skip
    talk.say("wax", "tam", "Wax it twice a year, see the leaflet.", does("answers"),
             does("source", words="see the leaflet"), under="well")  # fmt: skip
    talk.say("snapped", "wil", "Mine snapped in the frost last year.", does("experience"), under="well")
    talk.say("stall", "rex", "Ropes half price at my stall", does("promotes"), under="well")
    talk.say("board", "greeter", "Please read the notice board.", does("answers"), under="well")
    talk.say("hemp?", "bea", "Hemp or nylon?", does("asks", "clarify"), under="well")
    talk.say("hemp", "noor", "Hemp.", does("answers"), under="hemp?")
    talk.say("right", "ivo", "Tam is right.", does("agrees"), under="wax")
    talk.say("tallow", "uma", "Tallow, not wax, for hemp.", does("corrects", to="tam"), does("disagrees"), under="wax")
    talk.say("fair", "tam", "Fair, tallow holds better.", does("concedes"), under="tallow")
    talk.say("held", "noor", "Waxed it, no fraying since. Thank you Tam.",
             does("came_back", "worked", words="Waxed it, no fraying since"),
             does("thanks", to="tam", words="Thank you Tam."), under="wax", day=60)  # fmt: skip
    talk.say("splendid", "rex", "oh splendid, ropes again", does("dismisses"), under="well")
    talk.say("cera", "kit", "Cera dos veces al año.", under="well", is_unread=True)
    talk.say("ferry rope", "pip", "And for the ferry rope?", does("asks", "fact"), under="held", day=61)
    talk.say("same wax", "tam", "Same wax.", does("answers"), under="ferry rope", day=61)
    talk.say("spring", "bea", "Then do it in spring.", does("answers"), under="hemp")


def _quiet(talk: Talk) -> None:
    talk.say("who reads", "wil", "Who reads this anyway?", does("asks", "rhetorical"))
    talk.say("i do", "bea", "I do, every day.", does("agrees"), under="who reads")
    talk.say("benches", "ivo", "Can anyone help carry the benches on Friday?", does("asks", "favour"))
    talk.say("anyone", "ivo", "Still looking.", under="benches")


def _ferry(talk: Talk) -> None:
    talk.say("forty", "noor", "Tam ferried forty people in the storm. Thank you.", does("praises", to="tam"),
             does("thanks", to="tam", words="Thank you."), day=80)  # fmt: skip
    talk.say("night", "ivo", "He fetched my mother at night.", does("experience"), under="forty", day=80)
    talk.say("seconded", "uma", "Seconded.", does("agrees"), under="forty", day=80)
    talk.say("any time", "tam", "Any time.", does("comforts"), under="forty", day=80)
    talk.say("wet", "rex", "If you like getting wet", does("agrees"), does("dismisses"), under="forty", day=80)
    talk.say("offer", "pip", "Well done. Oars at half price", does("agrees"), does("promotes"), under="forty", day=80)
    talk.say("and ivo", "wil", "And Ivo held the lamp.", does("praises", to="ivo"), under="seconded", day=80)
    talk.say("oar", "kit", "Tam also mended my oar.", does("credits", to="tam"), under="and ivo", day=81)
    talk.say("beep", "greeter", "Great.", does("praises", to="tam"), under="forty", day=81)


def _mill(talk: Talk) -> None:
    talk.say("flood", "pip", "The mill is flooded, sacks everywhere.", does("asks", "support"), day=90)
    talk.say("barn", "ivo", "My barn is dry, bring the sacks.", does("offers"), under="flood", day=90)
    talk.say("pump", "noor", "I bring a pump. Who else?", does("offers"), does("rallies", words="Who else?"),
             under="flood", day=90)  # fmt: skip
    talk.say("with noor", "tam", "Coming with @noor.", does("offers"), under="pump", day=90, mentions=("noor",))
    talk.say("me too", "wil", "Me too.", does("offers"), under="pump", day=90)
    talk.say("how deep", "bea", "Deep?", under="pump", day=90)
    talk.say("boots", "kit", "Knee deep, I have boots for all.", does("offers"), under="how deep", day=90)
    talk.say("poor pip", "uma", "So sorry Pip, after all that work.", does("comforts"), under="flood", day=91)
    talk.say("soup", "bea", "Pip needs hands, I make soup.", does("offers"), quotes=("flood",), topic="kitchen", day=91)
    talk.say("told you", "rex", "Should have built higher", does("dismisses"), under="flood", day=91)


def _later(talk: Talk) -> None:
    talk.say("notes", "bea", "Winter notes, this one is worth keeping", does("praises"), quotes=("well",),
             topic="notes", day=150)  # fmt: skip
    talk.say("reply", "tam", "A reply to what was lost.", under="lost", day=151)
    talk.say("oxen", "noor", "@tam how are the oxen?", does("asks", "fact"), mentions=("tam",), day=400)
    talk.say("well fed", "tam", "Well fed.", does("answers"), under="oxen", day=400)
