# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = サインインへ
back-to-sign-in = サインインに戻る

# A forgotten password.
forgot-title = パスワードをお忘れですか？
forgot-lead = メールアドレスまたはユーザー名を入力してください。新しいパスワードを設定するためのリンクをメールでお送りします。
forgot-identifier = メールアドレスまたはユーザー名
forgot-send = リンクを送信
forgot-missing = メールアドレスまたはユーザー名を入力してください。

# Making an account begins with an e-mail address.
register-title = アカウントの作成
register-lead = メールアドレスを入力してください。続行するためのリンクをメールでお送りします。
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = メールアドレスを入力してください。続行するためのリンクをメールでお送りします。使用できるのは { $domains } のメールアドレスだけです。
register-email = メールアドレス
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [1] { $domains } のメールアドレスを使用してください。
   *[other] 次のいずれかのメールアドレスを使用してください：{ $domains }
}
register-wrong-address = name@example.com のような形式でメールアドレスを入力してください。
register-closed = ここではアカウントを作成できません
register-closed-message = アカウントまたは招待が必要な場合は、このサービスの管理者にお問い合わせください。

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = { $email } のアカウント
new-account-name = 名前
new-account-password = パスワード
new-account-create = アカウントを作成
new-account-name-missing = 名前または呼ばれたい名前を入力してください。
# $count is how many characters it may have.
new-account-name-wrong = 名前を{ $count }文字以内で入力してください。
new-account-there = すでにアカウントがあります
new-account-there-message = その間に、このメールアドレスのアカウントが作成されました。そのアカウントでサインインしてください。

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = 新しいパスワードの設定
reset-lead = { $email } のパスワードを設定します。設定すると、ここ以外のすべての場所からサインアウトされます。
reset-password = 新しいパスワード
reset-set = パスワードを設定

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = { $count }文字以上。単語をいくつか並べると覚えやすくなります。

# What happened, and what comes next.
sent-title = メールを確認してください
sent-forgot = 入力内容に該当するアカウントがある場合は、リンクを記載したメールをお送りします。リンクは1時間以内に1回だけ使えます。届かない場合は、迷惑メールフォルダを確認してください。
sent-register = 入力されたアドレスにメールをお送りします。メールのリンクを開いて続行してください。届かない場合は、迷惑メールフォルダを確認してください。
sent-change = 入力されたアドレスにメールをお送りします。現在のアドレスが確認済みの場合は、現在のアドレスにもお送りします。届いたすべてのメールのリンクが使用されると、アドレスが変更されます。
sent-verify = 現在のアドレスにメールをお送りします。メールのリンクを開いて、アドレスを確認してください。
change-half = あと1つの確認が必要です
change-half-message = こちらのアドレスでの確認は完了しました。次に、もう一方のアドレスに届いたメールのリンクを開いてください。
change-done = メールアドレスを変更しました
change-done-message = 今後、メールは新しいアドレスに届きます。サインインにも新しいアドレスを使用してください。
verify-done = メールアドレスを確認しました
verify-done-message = ありがとうございます。ほかに必要な操作はありません。

# A link that was used, is too old, or never was; and where there is another one.
link-over = このリンクはもう使えません
link-over-message = すでに使用されたか、有効期限が切れているか、リンク全体がコピーされていません。
link-renew = 新しいリンクを取得
link-to-address = メールアドレスのページへ
link-to-password = 新しいパスワードを設定

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = アカウントの保護
not-me-lead = メールに書かれた操作に心当たりがない場合は、{ $email } のアカウントをほかの誰かが使用している可能性があります。
not-me-when = 続行すると、次のようになります：
not-me-signed-out = すべての場所からサインアウトされ、どのアプリも、改めてあなたの許可を求める必要があります。
not-me-password = パスワードはただちに使えなくなります。次のページで新しいパスワードを設定します。
not-me-factors = メッセージが認証アプリまたはパスキーの追加についてのものである場合、追加されたものと、そのとき以降に作成されたリカバリーコードが削除されます。それ以外はそのまま残ります。サインインしたら、アカウントのページで確認し、心当たりのないものを削除してください。
not-me-close = やはりご自身の操作だった場合は、このページを閉じてください。何も変更されません。
not-me-go-on = 自分の操作ではない：アカウントを保護する

# Where e-mail was not set up.
no-mail = ここでは利用できません
no-mail-message = この機能にはメールが必要ですが、設定されていません。このサービスの管理者にお問い合わせください。
