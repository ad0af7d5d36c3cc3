namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>What a person finds in the inbox: the kind of mail nobody wants read on the way.</summary>
internal static class SampleMessages
{
    public static IEnumerable<MailMessage> At(DateTimeOffset now) =>
    [
        new("Quarterly figures.EML", "Dana Whitfield (CFO)", "Quarterly figures, not for circulation",
            """
            The draft is attached. Margin is 2.4 points better than the street expects, and nobody outside this
            list knows until Thursday 07:00.

            Please reply to me alone.
            """, now.AddMinutes(-12)),
        new("Offer letter.EML", "Human Resources", "Offer letter for Jonas Brandt",
            """
            Salary, start date and relocation as agreed on Monday. He signs tomorrow; the team is told afterwards.
            """, now.AddHours(-2)),
        new("Maintenance window.EML", "Operations", "Maintenance window this weekend",
            """
            The back-end servers FE1 talks to are patched on Saturday between 22:00 and 23:00. Mail stays readable;
            each mailbox moves once.
            """, now.AddHours(-5)),
        new("Lunch.EML", "Priya Raman", "Lunch on Thursday?",
            """
            The new place by the river has a table at half past twelve. Shall I take it?
            """, now.AddHours(-26)),
        new("Welcome.EML", "FeBeRelay lab", "Welcome to the lab",
            """
            You are reading this through a relay and a listener. Everything between the two is sealed: compare what
            you see here with what the wiretap prints in your terminal.

            Write a message, add an attachment, and look again.
            """, now.AddDays(-2)),
    ];
}
