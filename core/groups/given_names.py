"""Common given names, folded; none that is also a thing somebody pays for ("bill", "rose").

A word among them may be somebody nobody here knows yet, so it is asked about; one that is missing
here is taken for a thing unless it is a member's name.
"""

from __future__ import annotations

GIVEN_NAMES = frozenset(
    """
    aaron abby abdul abigail achim adam adele adrian adriana agnes agnieszka ahmed aida aidan aiko
    akira alan alba albert alberto aleksandra alejandro alessandra alessandro alex alexander
    alexandra alexis alfie alfred ali alice alicia alina aline alison alma alvaro amanda amelia amir
    amy ana anastasia anders andre andrea andreas andrei andres andrew andy anette angela angelo
    anika anita anja ann anna anne annika anthony antoine anton antonia antonio anya arjun arne
    arthur arturo asha ashley astrid aurora ava axel aya ayse barbara bart bea beatrice beatriz
    becky ben benedikt benjamin benny bernard bernd bert beth betty bianca bjorn bob bobby boris
    brad brandon brenda brian bridget bruno bryan camila camille carina carl carla carlos carmen
    carol carolina caroline cassie catarina catherine cecilia cem chad charles charlie charlotte
    chiara chloe chris christian christina christine christoph christopher claire clara claude
    claudia claus clemens colin connor conrad cristina cynthia daisuke damian dan dana daniel
    daniela danny dario darren dave david debbie deborah deepak delia denis denise dennis derek
    diana diego dieter dilip dimitri dirk dmitri dominik dominic don donald donna dora doris dorothy
    doug douglas duncan dylan eddie edgar edith edward eileen elena eleanor elias elif elisa
    elisabeth elise elizabeth ella ellen elliot elsa emil emilia emilie emily emma emmanuel enrico
    enrique eric erica erik erika erin ernst esra esteban esther ethan eugene eva evan evelyn fabian
    fabio fatima federica federico felicia felipe felix fernanda fernando filip fiona florence
    florian francesca francesco francis francisco francois frank franz fred freddie frederic
    frederik frida fritz gabi gabriel gabriela gareth gary gavin geoff george georgia gerald gerard
    gerd giorgio giovanna giovanni gisela giulia giuseppe gonzalo gordon graham greg greta guido
    guillaume gunnar gunther gustav hannah hans harald haruka harry hassan heather hector heidi
    heike heinz helen helena helene helga hendrik henning henri henrik henry herbert hiroshi holger
    hugo ian ibrahim ida ignacio igor ilse ines inga ingrid irene irina isaac isabel isabella isla
    ivan jack jackie jacob jacqueline jaime jakob james jamie jana jane janet janine jason javier
    jean jeff jelena jenna jennifer jenny jens jeremy jerome jesper jessica jill jim jimmy joachim
    joan joanna joao joe joel johan johanna johannes john johnny jonas jonathan jordi jorge jose
    josef joseph josh joshua juan juana judith judy julia julian juliana julie julien juliette julio
    jurgen justin kai karen karim karin karl karla kasia kate katharina katherine kathrin kathy
    katie katja katrin kazuki keiko keith kelly ken kenji kenneth kerstin kevin khalid kim kirsten
    klaas klaus konrad krishna kristen kristina kurt kyle lara lars laura lauren laurence laurent
    lea leah lena leo leon leonard leonardo leonie lewis liam lina linda lisa liz lizzie logan
    lorenzo lorena louis louisa louise luca lucas lucia luciana lucy ludwig luis luisa lukas luke
    lydia maddie madeleine magda magnus maja malik manuel manuela manfred marc marcel marcello marco
    marcos marcus maren margaret margarita margot maria marian mariana marie marina mario marion
    marisa marius markus marlene marta martha martin martina mary mateo mathias mathilde mathieu
    matilda matt matteo matthew matthias mauricio maurice max maxim maya megan mehmet mei melanie
    melissa mia micha michael michaela michal michel michelle miguel mika mike mikhail mila milan
    milena mina miriam mitch mohamed mohammed moira molly monica monika monique moritz moses mustafa
    nadia nadine naomi natalia natalie natasha nathalie nathan neil nadja nele nia niamh nicholas
    nick nicola nicolas nicole niels nikita niklas nikolai nils nina noah noel noemi nora norbert
    norman nuno olaf ole oleg olga oliver olivia olivier omar orla oscar oskar osman otto owen pablo
    pamela paola paolo pascal patricia patrick patrik paul paula paulina pauline pavel pedro penny
    pete peter petra phil philip philipp philippe pia pierre pilar piotr priya rachel rafael rahul
    rainer raj ralf ralph ramon raquel raul rebecca regina reinhard renata renate rene ricardo
    riccardo richard rick rita rob robert roberta roberto robin rodrigo roger roland rolf roman
    ronald ronja rory rosa rosie ross roy ruben rudi rudolf rui rupert russell ruth ryan sabine
    sabrina sally sam samantha samir samira samuel sandra sanjay sara sarah sascha scott sean
    sebastian selin selma serena sergei sergio shane sharon shaun sheila shirley sibylle siegfried
    sigrid silke silvia simon simona simone sina sofia sofie sonia sonja sophia sophie stan stefan
    stefanie stella stephan stephanie stephen steve steven stuart sue susan susanne sven sylvia
    tamara tania tanja tara tatiana ted teresa terry thea theo theresa theresia thibault thierry
    thomas thorsten tilda tim timo tina tobi tobias tom tomas tommy toni tony torsten trevor tricia
    trudy ulf ulrich ulrike ursula uwe valentin valentina valeria vanessa vera veronica veronika
    vicky victor victoria viktor vincent viola vivian vladimir volker walter wanda wendy werner
    wilhelm william wolfgang xavier yannick yasmin yoko yuki yuri yusuf yves yvonne zara zoe zoltan
    """.split()
)
